import { randomFrom } from '../../base/random/index.ts'
import { quantile } from './quantile.ts'

/** How an interval is drawn. */
export interface BootstrapOptions {
  /** Equal seeds give equal intervals. */
  readonly seed: number | string
  /** Resamples; 2,000 puts the ends of a 95 % interval within about a twentieth of its width. */
  readonly draws?: number
  /** Share of the resampled means inside the interval, in (0, 1). */
  readonly level?: number
  /** Weights of the rows >= 0, shape [n]; all 1 when absent. */
  readonly weight?: ArrayLike<number>
}

/** A mean with its percentile interval. */
export interface BootstrapInterval {
  readonly mean: number
  readonly low: number
  readonly high: number
  /** Independent blocks: this, not the rows, is the size of the sample. */
  readonly days: number
}

/**
 * Percentile interval of the mean of per-row differences, by resampling whole days.
 *
 * Rows of one day share its weather and are nowhere near independent, so a day (of all cities together) is drawn or
 * left as a whole. A resample draws as many days as there are, with replacement, and takes Σ w d / Σ w over its rows.
 * Days are ordered by number and drawn in a fixed order, so the interval depends on neither the order of the rows
 * nor the number of threads.
 *
 * @param days  day number of each row, shape [n]
 * @param perRowDifference  for example log loss of the model minus that of the market, shape [n]
 * @returns low and high are NaN with fewer than two days: one block says nothing about spread
 * @throws RangeError when the lengths differ
 * @source Künsch 1989 (block bootstrap); Efron & Tibshirani 1993, ch. 13 (percentile interval)
 * @cost O(n + draws · days)
 */
export function dayBlockBootstrap(
  days: ArrayLike<number>,
  perRowDifference: ArrayLike<number>,
  { seed, draws = 2000, level = 0.95, weight }: BootstrapOptions,
): BootstrapInterval {
  if (days.length !== perRowDifference.length) {
    throw new RangeError(`${days.length} days but ${perRowDifference.length} differences.`)
  }
  if (weight && weight.length !== days.length) throw new RangeError(`${days.length} days but ${weight.length} weights.`)
  const { sums, counts } = totalsByDay(days, perRowDifference, weight)
  const blocks = sums.length
  let sum = 0
  let all = 0
  for (let d = 0; d < blocks; d++) {
    sum += sums[d]!
    all += counts[d]!
  }
  const mean = sum / all
  if (blocks < 2) return { mean, low: Number.NaN, high: Number.NaN, days: blocks }

  const random = randomFrom(`bootstrap/${seed}`)
  const means = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    let total = 0
    let rows = 0
    for (let k = 0; k < blocks; k++) {
      const d = random.integer(blocks)
      total += sums[d]!
      rows += counts[d]!
    }
    means[draw] = total / rows
  }
  means.sort()
  const tail = (1 - level) / 2
  return { mean, low: quantile(means, tail), high: quantile(means, 1 - tail), days: blocks }
}

function totalsByDay(days: ArrayLike<number>, values: ArrayLike<number>, weight?: ArrayLike<number>) {
  const ordered = [...new Set(Array.from(days))].sort((a, b) => a - b)
  const index = new Map(ordered.map((day, k) => [day, k]))
  const sums = new Float64Array(ordered.length)
  const counts = new Float64Array(ordered.length)
  for (let i = 0; i < days.length; i++) {
    const k = index.get(days[i]!)!
    const w = weight ? weight[i]! : 1
    sums[k]! += w * values[i]!
    counts[k]! += w
  }
  return { sums, counts }
}
