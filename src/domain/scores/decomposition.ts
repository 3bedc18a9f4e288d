import { brier } from './brier.ts'
import { LOG_LOSS_CLIP, logLoss } from './log-loss.ts'
import { poolAdjacentViolators } from './pool-adjacent-violators.ts'

/** A mean score in three parts: score = miscalibration − discrimination + uncertainty. */
export interface Decomposition {
  readonly score: number
  /** MCB >= 0: what the best monotone recalibration of the same probabilities would save. */
  readonly miscalibration: number
  /** DSC >= 0: what these probabilities, recalibrated, save against the share of 1 alone. */
  readonly discrimination: number
  /** UNC: the score of the share of 1, whatever was forecast. */
  readonly uncertainty: number
}

/**
 * CORP decomposition of the Brier score: recalibrated by isotonic regression, without bins to choose.
 *
 * With S of the probabilities, S_c of their isotonic recalibration and S_r of the share of 1 everywhere, MCB = S − S_c,
 * DSC = S_r − S_c and UNC = S_r.
 *
 * @param y  outcomes, 0 or 1, shape [n]
 * @param p  probabilities in [0, 1], shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @returns NaN everywhere without a row of positive weight
 * @throws RangeError when the lengths differ or a probability is not in [0, 1]
 * @source Dimitriadis, Gneiting & Jordan 2021, PNAS 118(8)
 * @cost O(n log n)
 */
export const decomposeBrier = (y: ArrayLike<number>, p: ArrayLike<number>, weight?: ArrayLike<number>): Decomposition =>
  decompose(brier(y, p, weight), y, p, weight, (q) => q * (1 - q))

/**
 * The same of the log loss. The score clips probabilities as `logLoss` does, so it is finite where a certain forecast
 * was wrong; the recalibrated ones need no clip, because a level of 0 or 1 holds one outcome only.
 */
export const decomposeLogLoss = (
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  weight?: ArrayLike<number>,
  clip: number = LOG_LOSS_CLIP,
): Decomposition => decompose(logLoss(y, p, weight, clip), y, p, weight, entropy)

/** The expected log loss of forecasting q where the share of 1 is q. */
const entropy = (q: number) => (q <= 0 || q >= 1 ? 0 : -q * Math.log(q) - (1 - q) * Math.log1p(-q))

/** @param own  expected score of a probability q where the share of 1 is q */
function decompose(
  score: number,
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  weight: ArrayLike<number> | undefined,
  own: (q: number) => number,
): Decomposition {
  for (let i = 0; i < p.length; i++) {
    if (!(p[i]! >= 0 && p[i]! <= 1)) throw new RangeError(`${p[i]} is not a probability.`)
  }
  let total = 0
  let ones = 0
  let recalibrated = 0
  for (const level of poolAdjacentViolators(p, y, weight)) {
    total += level.weight
    ones += level.weight * level.value
    recalibrated += level.weight * own(level.value)
  }
  const uncertainty = own(ones / total)
  // Both differences are >= 0; what lies below is rounding.
  const miscalibration = notNegative(score - recalibrated / total)
  const discrimination = notNegative(uncertainty - recalibrated / total)
  return { score, miscalibration, discrimination, uncertainty: total > 0 ? uncertainty : Number.NaN }
}

const notNegative = (value: number) => (value < 0 && value > -1e-12 ? 0 : value)
