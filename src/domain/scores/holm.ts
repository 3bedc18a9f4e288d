import { checkValues, isProbability } from './check-columns.ts'

/**
 * Holm's step-down adjustment of p-values: reject where the adjusted value is at most α, and the chance of any false
 * rejection is at most α, whatever the dependence between the tests.
 *
 * With the p-values in rising order, adjusted p_(k) = max over j <= k of min(1, (m − j + 1) p_(j)).
 *
 * @param pValues  in [0, 1], shape [m]
 * @returns adjusted values in [0, 1], in the order given, shape [m]; each at least its p-value
 * @throws KwxError SCORE_VALUE when a p-value is not in [0, 1]
 * @source Holm 1979, Scandinavian Journal of Statistics 6(2)
 * @cost O(m log m)
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  checkValues('p-value', pValues, isProbability, 'a number in [0, 1]')
  const m = pValues.length
  const order = Array.from({ length: m }, (_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b)
  const adjusted = new Float64Array(m)
  let most = 0
  order.forEach((i, k) => {
    most = Math.max(most, Math.min(1, (m - k) * pValues[i]!))
    adjusted[i] = most
  })
  return adjusted
}
