import type { Origin } from '../../../domain/origin.ts'
import type { Database } from '../database.ts'

/** Rows of one table that have another origin than was asked about. */
export interface OtherRows {
  readonly table: 'events' | 'settlements' | 'observations'
  readonly origin: Origin
}

/**
 * Which tables hold rows of a city, or of its stations, whose origin is another than this.
 *
 * Empty when rows of this origin may be written: a dataset refuses a mix, and no command takes it apart again.
 */
export async function rowsOfOthers(
  db: Database,
  { city, stations }: { readonly city: string; readonly stations: readonly string[] },
  origin: Origin,
): Promise<OtherRows[]> {
  const ofCity = (table: 'events' | 'settlements') =>
    db.selectFrom(table).select('origin').distinct().where('city', '=', city).where('origin', '!=', origin).execute()
  const [events, settlements, observations] = await Promise.all([
    ofCity('events'),
    ofCity('settlements'),
    db
      .selectFrom('observations')
      .select('origin')
      .distinct()
      .where('station', 'in', stations)
      .where('origin', '!=', origin)
      .execute(),
  ])
  const named = (table: OtherRows['table'], rows: { origin: Origin }[]) => rows.map((row) => ({ table, ...row }))
  return [...named('events', events), ...named('settlements', settlements), ...named('observations', observations)]
}
