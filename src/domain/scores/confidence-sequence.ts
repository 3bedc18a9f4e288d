import { checkSetting } from './check-columns.ts'
import { checkState, type EProcess, logMixture } from './e-process.ts'

/** Bounds of the running mean, valid at all days at once. */
export interface ConfidenceSequence {
  /** Mean of the clipped differences so far, nats; NaN without days. */
  readonly mean: number
  /** In [−clip, mean]. */
  readonly low: number
  /** In [mean, clip]. */
  readonly high: number
  readonly level: number
  readonly days: number
}

/**
 * Time-uniform confidence sequence of (1/t) Σ E[d_i | past] by betting, from the wealth of an e-process.
 *
 * As 1 + λ μ <= exp(λ μ), the product Π (1 + λ_k d_i) exp(−λ_k Σ E[d_i | past]) does not grow in expectation, and nor
 * does a mixture over k. The lower end is the S / t at which the mixture of the bets *against* is 2 / α; the upper end is
 * its mirror from the bets *for*. So the lower end passes 0 when *against* passes 2 / α, 40 at 95 %. With probability at
 * least `level` all intervals, of all days, hold their running means; the conditional mean may change from day to day.
 *
 * It is about clipped differences, as the e-process.
 *
 * @param level  in (0, 1); 0.95 by default
 * @returns ±clip at the ends without days
 * @throws KwxError E_PROCESS_STATE, SCORE_SETTING
 * @source Waudby-Smith & Ramdas 2023 (betting); Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49(2)
 *   (mixtures, running means)
 * @cost O(60 · bets)
 */
export function confidenceSequence(state: EProcess, level = 0.95): ConfidenceSequence {
  checkSetting('the level of the confidence sequence', level, level > 0 && level < 1, 'a number between 0 and 1')
  checkState(state)
  const { clip, days, sum } = state
  if (days === 0) return { mean: Number.NaN, low: -clip, high: clip, level, days }
  const bar = Math.log(2 / (1 - level))
  const mean = sum / days
  return {
    mean,
    low: Math.min(mean, Math.max(-clip, (clip * lowest(state.log_against, days, bar)) / days)),
    high: Math.max(mean, Math.min(clip, (-clip * lowest(state.log_for, days, bar)) / days)),
    level,
    days,
  }
}

/** The S / c in [−days, days] at which the mixture falls to the bar, by bisection. */
function lowest(logs: readonly number[], days: number, bar: number): number {
  let [below, above] = [-days, days]
  for (let step = 0; step < 60; step++) {
    const middle = (below + above) / 2
    if (logMixture(logs, -middle) >= bar) below = middle
    else above = middle
  }
  return below
}
