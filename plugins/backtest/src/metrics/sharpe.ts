import { randomFrom } from 'kwx/random'

/** Resamples of the interval, and its level. */
export const SHARPE_DRAWS = 2000
export const SHARPE_LEVEL = 0.95

/**
 * Annual Sharpe ratio of a daily P&L: mean / standard deviation (ddof 0) · √365.
 *
 * @param daily  P&L of every calendar day, idle ones at 0: leaving them out would raise it
 * @returns null with fewer than two days or a P&L that never changes
 */
export function sharpe(daily: ArrayLike<number>): number | null {
  const n = daily.length
  if (n < 2) return null
  let sum = 0
  for (let i = 0; i < n; i++) sum += daily[i]!
  const mean = sum / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (daily[i]! - mean) ** 2
  const sd = Math.sqrt(squares / n)
  return sd > 0 ? (mean / sd) * Math.sqrt(365) : null
}

/**
 * Percentile interval of the Sharpe ratio by resampling whole days; a day's P&L is that of its event, all brackets
 * together. Resamples without spread count as ratio 0.
 *
 * @returns nulls where the ratio itself is null
 * @source Künsch 1989; Efron & Tibshirani 1993, ch. 13
 */
export function sharpeInterval(daily: ArrayLike<number>, seed: number): { low: number | null; high: number | null } {
  if (sharpe(daily) === null) return { low: null, high: null }
  const random = randomFrom(`backtest/sharpe/${seed}`)
  const n = daily.length
  const drawn = new Float64Array(n)
  const ratios = new Float64Array(SHARPE_DRAWS)
  for (let draw = 0; draw < SHARPE_DRAWS; draw++) {
    for (let i = 0; i < n; i++) drawn[i] = daily[random.integer(n)]!
    ratios[draw] = sharpe(drawn) ?? 0
  }
  ratios.sort()
  const tail = (1 - SHARPE_LEVEL) / 2
  return { low: quantile(ratios, tail), high: quantile(ratios, 1 - tail) }
}

/** Linear interpolation between order statistics (Hyndman & Fan's type 7). */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
}
