import { sameLength } from './same-length.ts'

/**
 * Area under the ROC curve: the probability that a row of outcome 1 gets a higher score than a row of outcome 0,
 *
 *   Σ_{i: y_i = 1} Σ_{j: y_j = 0} w_i w_j ([p_i > p_j] + ½ [p_i = p_j]) / (Σ_{y = 1} w · Σ_{y = 0} w).
 *
 * Equal scores count one half, so the order of the rows never matters; scores that differ in their last bit are different.
 *
 * @param y  outcomes, 0 or 1, shape [n]
 * @param p  probabilities, or anything that rises with them, shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @returns a number in [0, 1]; NaN when one of the outcomes has no weight
 * @throws RangeError when the lengths differ or a score is NaN
 * @source Hanley & McNeil 1982; Mann & Whitney 1947
 * @cost O(n log n)
 */
export function auc(y: ArrayLike<number>, p: ArrayLike<number>, weight?: ArrayLike<number>): number {
  sameLength(y, p, weight)
  const order = Array.from({ length: y.length }, (_, i) => i)
  if (order.some((i) => Number.isNaN(p[i]))) throw new RangeError('NaN is not a score.')
  order.sort((a, b) => p[a]! - p[b]! || 0) // infinite scores that are equal differ by NaN
  const below = [0, 0]
  let won = 0
  for (let k = 0; k < order.length; ) {
    const tied = [0, 0]
    const score = p[order[k]!]!
    for (; k < order.length && p[order[k]!] === score; k++) {
      const i = order[k]!
      tied[y[i] === 1 ? 1 : 0]! += weight ? weight[i]! : 1
    }
    won += tied[1]! * (below[0]! + tied[0]! / 2)
    below[0]! += tied[0]!
    below[1]! += tied[1]!
  }
  return won / (below[0]! * below[1]!)
}
