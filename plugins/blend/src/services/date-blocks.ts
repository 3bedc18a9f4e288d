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

/** Mean vector over all cells. */
export function meanOf({ sums, cells }: DateBlocks): Float64Array {
  const mean = new Float64Array(sums[0]?.length ?? 0)
  for (const sum of sums) for (let k = 0; k < mean.length; k++) mean[k]! += sum[k]! / cells
  return mean
}

/**
 * A statistic of the mean vector over DRAWS resamples of whole dates, ascending.
 *
 * @param statistic  of a vector proportional to the mean
 */
export function resampled(
  { dates, sums, counts }: DateBlocks,
  seed: string,
  statistic: (mean: Float64Array) => number,
): Float64Array {
  const random = randomFrom(`bootstrap/${seed}`)
  const mean = new Float64Array(sums[0]?.length ?? 0)
  const found = new Float64Array(DRAWS)
  for (let draw = 0; draw < DRAWS; draw++) {
    mean.fill(0)
    let cells = 0
    for (let d = 0; d < dates; d++) {
      const date = random.integer(dates)
      cells += counts[date]!
      const sum = sums[date]!
      for (let k = 0; k < mean.length; k++) mean[k]! += sum[k]!
    }
    for (let k = 0; k < mean.length; k++) mean[k]! /= cells
    found[draw] = statistic(mean)
  }
  return found.sort()
}

/** The ends of a percentile interval, each at the order statistic that lies further out. */
export function ends(sorted: Float64Array, level: number): { low: number; high: number } {
  const tail = ((1 - level) / 2) * (sorted.length - 1)
  return { low: sorted[Math.floor(tail)]!, high: sorted[Math.ceil(sorted.length - 1 - tail)]! }
}
