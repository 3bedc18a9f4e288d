import { sameLength } from './same-length.ts'

/**
 * Brier score, the mean squared error of probabilities: (Σ w_i (p_i − y_i)²) / Σ w_i.
 *
 * @param y  outcomes, 0 or 1, shape [n]
 * @param p  probabilities of 1 in [0, 1], shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @returns a number in [0, 1]; NaN for no rows
 * @throws RangeError when the lengths differ
 */
export function brier(y: ArrayLike<number>, p: ArrayLike<number>, weight?: ArrayLike<number>): number {
  sameLength(y, p, weight)
  let sum = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    const error = p[i]! - y[i]!
    const w = weight ? weight[i]! : 1
    sum += w * error * error
    total += w
  }
  return sum / total
}
