import type { City } from 'kwx/cities'
import { type Database, readCompleteness } from 'kwx/database'
import { formatDay } from 'kwx/time'
import { countRows } from '../../storage/count-rows.ts'

import type { CompletenessKind } from './options.ts'

export interface CompletenessRow {
  readonly day: number
  readonly kind: CompletenessKind
  readonly source: string
  readonly received: number
  readonly complete: boolean
  readonly proof: Record<string, unknown>
}

export type PriceSource = 'candles' | 'trades'

/** Data of one kind that a dataset over [fromDay, toDay] needs. */
export interface Need {
  readonly kind: CompletenessKind
  readonly fromDay: number
  readonly toDay: number
  /** Observations only. */
  readonly station?: string
}

/** Kinds and days that a dataset needs: weather and settlements begin a day early, for what was known of yesterday. */
export const needsOf = (fromDay: number, toDay: number, prices: PriceSource, station: string): Need[] => [
  { kind: 'markets', fromDay, toDay },
  { kind: prices, fromDay, toDay },
  { kind: 'observations', fromDay: fromDay - 1, toDay, station },
  { kind: 'settlements', fromDay: fromDay - 1, toDay },
]

/** Name under which a feed's rows of a station are proven: two stations of one city stand side by side. */
export const feedSource = (feed: string, station: string): string => `${feed}:${station}`

/** True when a row speaks of what is needed; a row that names no station (a simulation) covers any. */
const covers = (row: CompletenessRow, { kind, station }: Need): boolean => {
  // Rows beside what a dataset needs (sub-hourly rows, an archive to hold others against) stand in for nothing.
  if (row.kind !== kind || row.proof['extra'] === true) return false
  const of = row.proof['station'] ?? /:([A-Z0-9]{4})$/.exec(row.source)?.[1]
  return station === undefined || of === undefined || of === station
}

/** Whether kwx fetched a row itself: it can do better than its own incomplete rows, not than a file's. */
const isFetched = ({ proof }: CompletenessRow): boolean => proof['fetched'] === true

/**
 * Days of a need that must be fetched: nobody has them, or we have and could not prove them complete.
 *
 * Days that came from files or a simulation are taken as they are, complete or not.
 */
export function missingDays(rows: readonly CompletenessRow[], need: Need): number[] {
  const present = new Set<number>()
  for (const row of rows) if (covers(row, need) && (row.complete || !isFetched(row))) present.add(row.day)
  return daysFrom(need).filter((day) => !present.has(day))
}

/** Days of which nothing at all is known: under --offline these are an error. */
export function unknownDays(rows: readonly CompletenessRow[], need: Need): number[] {
  const known = new Set(rows.filter((row) => covers(row, need)).map((row) => row.day))
  return daysFrom(need).filter((day) => !known.has(day))
}

/** Days of which something is known, but of no source that it is all. */
export function incompleteDays(rows: readonly CompletenessRow[], need: Need): number[] {
  const about = rows.filter((row) => covers(row, need))
  const complete = new Set(about.filter((row) => row.complete).map(({ day }) => day))
  const known = new Set(about.map(({ day }) => day))
  return daysFrom(need).filter((day) => known.has(day) && !complete.has(day))
}

export const daysFrom = ({ fromDay, toDay }: { fromDay: number; toDay: number }): number[] =>
  Array.from({ length: toDay - fromDay + 1 }, (_, k) => fromDay + k)

/**
 * What is known of a city's days, held against the rows that are really there: a day whose fetched rows are no longer
 * all in the tables is not complete, whatever was written about it, and is fetched again.
 */
export async function readCoverage(
  db: Database,
  city: Pick<City, 'id' | 'standardOffset'>,
  fromDay: number,
  toDay: number,
): Promise<CompletenessRow[]> {
  const said = (await readCompleteness(db, city.id, fromDay, toDay)) as CompletenessRow[]
  const stations = [...new Set(said.flatMap(({ proof }) => (proof['station'] as string | undefined) ?? []))]
  if (!said.some((row) => isFetched(row) && row.complete)) return said
  const counted = await countRows(db, { city: city.id, fromDay, toDay, stations, standardOffset: city.standardOffset })
  const keyOf = (row: { day: number; kind: string }, source: unknown, station: unknown) =>
    `${row.day} ${row.kind} ${source ?? ''} ${station ?? ''}`
  const there = new Map(counted.map((row) => [keyOf(row, row.source, row.station), row.rows]))
  return said.map((row) => {
    if (!isFetched(row) || !row.complete) return row
    const rows = there.get(keyOf(row, row.proof['kept_as'], row.proof['station'])) ?? 0
    const lost = row.received - rows
    return lost <= 0 ? row : { ...row, complete: false, proof: { ...row.proof, lost, reason: `${lost} rows are lost` } }
  })
}

/** Ascending days as runs without a gap, first and last of each. */
export function runsOf(days: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = []
  for (const day of days) {
    const run = runs.at(-1)
    if (run && run[1] === day - 1) run[1] = day
    else runs.push([day, day])
  }
  return runs
}

/** Days as people read them: `2025-02-01 to 2025-02-03, 2025-02-07`, at most `most` spans. */
export function spansOf(days: readonly number[], most = 4): string {
  const runs = runsOf(days)
  const shown = runs.slice(0, most).map(([a, b]) => (a === b ? formatDay(a) : `${formatDay(a)} to ${formatDay(b)}`))
  const rest = runs.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}
