import type { Origin } from 'kwx'
import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'

/**
 * Which tables hold rows of the city (or of its station) that the simulator did not make, with their origins.
 *
 * Empty when the city is free for simulation.
 */
export async function rowsOfOthers(db: Database, city: City): Promise<{ table: string; origin: Origin }[]> {
  const [events, settlements, observations] = await Promise.all([
    db
      .selectFrom('events')
      .select('origin')
      .distinct()
      .where('city', '=', city.id)
      .where('origin', '!=', 'simulated')
      .execute(),
    db
      .selectFrom('settlements')
      .select('origin')
      .distinct()
      .where('city', '=', city.id)
      .where('origin', '!=', 'simulated')
      .execute(),
    db
      .selectFrom('observations')
      .select('origin')
      .distinct()
      .where('station', '=', city.station)
      .where('origin', '!=', 'simulated')
      .execute(),
  ])
  const named = (table: string, rows: { origin: Origin }[]) => rows.map(({ origin }) => ({ table, origin }))
  return [...named('events', events), ...named('settlements', settlements), ...named('observations', observations)]
}
