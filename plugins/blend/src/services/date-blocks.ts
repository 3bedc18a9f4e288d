import { randomFrom } from 'kwx/random'

import type { DayCell } from './day-cells.ts'

/** Resamples of every interval, and the share of them inside it. */
export const DRAWS = 2000
export const LEVEL = 0.95

/** Vectors of one length added up over the cells of each date: all cities of a day are one block. */
export interface DateBlocks {
  readonly dates: number
  /** Cells in all. */
  readonly cells: number
  /** Sum of the vectors of each date, shape [dates][length]. */
  readonly sums: readonly Float64Array[]
  /** Cells of each date. */
  readonly counts: readonly number[]
}

/** Adds the vectors of the cells of one date, dates ascending. */
export function dateBlocks(cells: readonly DayCell[], vectorOf: (cell: DayCell) => Float64Array): DateBlocks {
  const byDate = [...Map.groupBy(cells, ({ day }) => day)].sort(([a], [b]) => a - b)
  const sums = byDate.map(([, group]) => {
    const [first, ...others] = group.map(vectorOf) as [Float64Array, ...Float64Array[]]
    const sum = Float64Array.from(first)
    for (const other of others) for (let k = 0; k < sum.length; k++) sum[k]! += other[k]!
    return sum
  })
  return { dates: byDate.length, cells: cells.length, sums, counts: byDate.map(([, group]) => group.length) }
}

/** Entry k of the mean vector over the cells of dates drawn `times` often. */
export function meanAt({ sums, counts }: DateBlocks, times: ArrayLike<number>, k: number): number {
  let sum = 0
  let cells = 0
  for (let d = 0; d < sums.length; d++) {
    sum += times[d]! * sums[d]![k]!
    cells += times[d]! * counts[d]!
  }
  return sum / cells
}

/** Every date once: the sample itself. */
export const onceEach = ({ dates }: DateBlocks): Int32Array => new Int32Array(dates).fill(1)

/**
 * A statistic over DRAWS resamples of as many dates as there are, ascending.
 *
 * @param statistic  of how often each date was drawn, shape [dates]
 */
export function resampled({ dates }: DateBlocks, seed: string, statistic: (times: Int32Array) => number): Float64Array {
  const random = randomFrom(`bootstrap/${seed}`)
  const times = new Int32Array(dates)
  const found = new Float64Array(DRAWS)
  for (let draw = 0; draw < DRAWS; draw++) {
    times.fill(0)
    for (let d = 0; d < dates; d++) times[random.integer(dates)]!++
    found[draw] = statistic(times)
  }
  return found.sort()
}

/** The ends of a percentile interval, each at the order statistic that lies further out. */
export function ends(sorted: Float64Array, level: number): { low: number; high: number } {
  const tail = ((1 - level) / 2) * (sorted.length - 1)
  return { low: sorted[Math.floor(tail)]!, high: sorted[Math.ceil(sorted.length - 1 - tail)]! }
}
