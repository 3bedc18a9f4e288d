import { randomFrom } from '../../base/random/index.ts'
import type { DayInterval, SharpeInterval } from '../contracts/backtest-acceptance.ts'
import { quantile } from '../scores/quantile.ts'

/** How days are resampled: 2,000 draws put the ends of a 95 % interval within about a twentieth of its width. */
export const DAY_RESAMPLING = { draws: 2000, level: 0.95 } as const

/** A Sharpe ratio that is worth trading; the share of draws above it is reported and decides nothing. */
const GOOD_SHARPE = 2

/** What whole days, drawn again, say of three figures of trading. All null where the P&L has no spread. */
export interface ResampledDays {
  readonly sharpe_interval: SharpeInterval
  readonly max_drawdown_interval: DayInterval
  readonly fee_ratio_interval: DayInterval
}

/**
 * Annual Sharpe ratio of a daily P&L: mean / standard deviation (ddof 0) · √365.
 *
 * @param daily  P&L of every calendar day, idle ones at 0: leaving them out would raise it; shape [n], any unit
 * @returns null with fewer than two days or a P&L that never changes
 */
export function annualSharpe(daily: ArrayLike<number>): number | null {
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
 * Two-sided percentile intervals of Sharpe ratio, largest drawdown and fee ratio by resampling whole days.
 *
 * A draw takes as many days as there are, with replacement; a day's P&L and fees are those of its event, all brackets
 * together, and stay together. The Sharpe ratio and the fee ratio (fees over P&L before fees) do not depend on the order of
 * days. The largest drawdown does: that of a draw is the one of its days in the order drawn, each at the size that it
 * was traded, so its interval is about other orders of such days as well. Days count as independent: clustered losses
 * show in the drawdown of the days as they were, not here.
 *
 * A draw without spread has a Sharpe ratio of 0. A draw without a profit before fees has an infinite fee ratio.
 *
 * @param pnl  P&L after fees of each calendar day, idle ones at 0, shape [n], 1e-4 dollars
 * @param fees  fees of each calendar day >= 0, shape [n], 1e-4 dollars
 * @param options.bankroll  equity before the first day > 0, 1e-4 dollars
 * @param options.seed  equal seeds give equal intervals
 * @returns an end that is not finite is null
 * @throws RangeError when the lengths differ
 * @source Künsch 1989; Efron & Tibshirani 1993, ch. 13 (percentile interval)
 * @cost O(draws · n) time, O(draws + n) memory
 */
export function resampleTradingDays(
  pnl: ArrayLike<number>,
  fees: ArrayLike<number>,
  { bankroll, seed }: { readonly bankroll: number; readonly seed: number },
): ResampledDays {
  const n = pnl.length
  if (fees.length !== n) throw new RangeError(`${n} days of P&L but ${fees.length} of fees.`)
  if (annualSharpe(pnl) === null) {
    const none = { low: null, high: null }
    return {
      sharpe_interval: { ...none, probability_above_2: null },
      max_drawdown_interval: none,
      fee_ratio_interval: none,
    }
  }
  const random = randomFrom(`backtest/sharpe/${seed}`)
  const { draws } = DAY_RESAMPLING
  const drawn = new Float64Array(n)
  const [ratios, falls, shares] = [new Float64Array(draws), new Float64Array(draws), new Float64Array(draws)]
  for (let draw = 0; draw < draws; draw++) {
    let [equity, peak, fall, fee] = [bankroll, bankroll, 0, 0]
    for (let i = 0; i < n; i++) {
      const day = random.integer(n)
      drawn[i] = pnl[day]!
      fee += fees[day]!
      equity += pnl[day]!
      if (equity > peak) peak = equity
      else fall = Math.max(fall, (peak - equity) / peak)
    }
    const gross = equity - bankroll + fee
    ratios[draw] = annualSharpe(drawn) ?? 0
    falls[draw] = fall
    shares[draw] = gross > 0 ? fee / gross : Number.POSITIVE_INFINITY
  }
  return {
    sharpe_interval: {
      ...interval(ratios),
      probability_above_2: ratios.filter((ratio) => ratio > GOOD_SHARPE).length / draws,
    },
    max_drawdown_interval: interval(falls),
    fee_ratio_interval: interval(shares),
  }
}

function interval(values: Float64Array): DayInterval {
  const sorted = values.sort()
  const tail = (1 - DAY_RESAMPLING.level) / 2
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  return { low: finite(quantile(sorted, tail)), high: finite(quantile(sorted, 1 - tail)) }
}
