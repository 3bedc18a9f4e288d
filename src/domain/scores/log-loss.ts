import { sameLength } from './same-length.ts'

/** Probabilities are kept this far from 0 and 1 before a logarithm is taken. */
export const LOG_LOSS_CLIP = 1e-6

/**
 * Mean negative log-likelihood of outcomes: (Σ w_i · −log p(y_i)) / Σ w_i.
 *
 * @param y  outcomes, 0 or 1, shape [n]
 * @param p  probabilities of 1 in [0, 1], shape [n]; clipped into [clip, 1 − clip]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @param clip  default 1e-6: one certain mistake costs at most 13.8
 * @returns nats per row; NaN for no rows
 * @throws RangeError when the lengths differ
 */
export function logLoss(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  weight?: ArrayLike<number>,
  clip: number = LOG_LOSS_CLIP,
): number {
  sameLength(y, p, weight)
  let sum = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    const clipped = Math.min(1 - clip, Math.max(clip, p[i]!))
    const w = weight ? weight[i]! : 1
    sum -= w * Math.log(y[i] === 1 ? clipped : 1 - clipped)
    total += w
  }
  return sum / total
}
