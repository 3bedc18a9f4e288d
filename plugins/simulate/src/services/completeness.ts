import { type Completeness, type Database, readCompleteness } from 'kwx/database'
import { parseDay } from 'kwx/time'

import type { MarketParameters } from '../parameters.ts'
import type { SimulatedDay } from '../simulate-days.ts'
import type { DayFigures } from './day-summary.ts'

/** The range of days that can be simulated, and then some. */
const FIRST_DAY = 0
const LAST_DAY = 60_000

/** Completeness rows of a simulation: what was written is what was expected, and the proof names the parameters. */
export function completenessOf(
  city: string,
  made: readonly { day: SimulatedDay; figures: DayFigures }[],
  digest: string,
  now: number,
): Completeness[] {
  return made.flatMap(({ day: { day, reports, event }, figures }) => {
    const row = (kind: Completeness['kind'], received: number, more: object = {}): Completeness => ({
      city,
      day,
      kind,
      source: 'simulated',
      expected: received,
      received,
      complete: true,
      proof: { how: 'simulated', parameters: digest, ...more },
      updated_ms: now,
    })
    const weather = row('observations', reports.length)
    // The day before the first has weather and no market, so nothing settles.
    if (!event) return [weather, row('settlements', 0)]
    return [
      row('markets', figures.markets, { figures }),
      row('candles', figures.candles),
      row('trades', figures.trades),
      weather,
      row('settlements', 1),
    ]
  })
}

/**
 * The figures of each day when the parameters of this digest, and no others, made what is there; else null.
 */
export async function storedFigures(
  db: Database,
  city: string,
  digest: string,
  { start_date, days }: MarketParameters,
): Promise<DayFigures[] | null> {
  const rows = await readCompleteness(db, city, FIRST_DAY, LAST_DAY)
  const mine = rows.filter(({ source }) => source === 'simulated')
  const first = parseDay(start_date)
  // Five kinds for each day, and two for the day before the first.
  const whole =
    mine.length === 5 * days + 2 &&
    mine.every(({ day, proof }) => day >= first - 1 && day < first + days && proof['parameters'] === digest)
  if (!whole) return null
  return mine
    .filter(({ kind }) => kind === 'markets')
    .sort((a, b) => a.day - b.day)
    .map(({ proof }) => proof['figures'] as DayFigures)
}
