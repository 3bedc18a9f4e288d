import { numbers, rowsOf, type Table, text } from 'kwx/artefacts'
import { randomFrom } from 'kwx/random'

/** A built row that is to be rebuilt. */
export interface SampledRow {
  /** Index into the table. */
  readonly row: number
  readonly market: string
  readonly day: number
  readonly minute: number
}

/**
 * Draws rows of a built table without replacement, every row alike; all of them where there are no more than asked for.
 *
 * @returns in the order of the table
 */
export function sampledRows(table: Table, count: number, seed: number): SampledRow[] {
  const n = rowsOf(table)
  const random = randomFrom(`audit-leak/${seed}`)
  const { codes, values } = text(table, 'market')
  const [day, minute] = [numbers(table, 'event_day'), numbers(table, 'end_minute')]
  const rows: SampledRow[] = []
  // Selection sampling (Knuth, vol. 2, 3.4.2, algorithm S): one pass, exactly `count` rows.
  for (let row = 0; row < n && rows.length < count; row++) {
    if (random.uniform() * (n - row) >= count - rows.length) continue
    rows.push({ row, market: values[codes[row]!]!, day: day[row]!, minute: minute[row]! })
  }
  return rows
}
