/** How a market's prices become probabilities of one law. */
export type DevigMethod = 'none' | 'proportional' | 'power' | 'logit_shift'

export const DEVIG_METHODS: readonly DevigMethod[] = ['none', 'proportional', 'power', 'logit_shift']

/**
 * Takes the overround out of the prices of a whole ladder, so that they sum to 1.
 *
 * - `none`: the prices as they are, whatever they sum to.
 * - `proportional`: p_k / Σ p: every price pays the same share.
 * - `power`: p_k^a with Σ p_k^a = 1: cheap brackets pay more, as where long shots are overpriced.
 * - `logit_shift`: sigmoid(logit p_k − c) with sum 1: every price pays the same in log-odds.
 *
 * @param prices  prices in dollars, each in (0, 1), of all brackets of one event, shape [K >= 2]
 * @returns probabilities, shape [K]; null when a price is missing (NaN) or lies outside (0, 1), or there are fewer
 *   than two: an incomplete ladder has no sum to correct
 * @source Clarke, Kovalchik & Ingram 2017 (power); Štrumbelj 2014 for a comparison
 * @cost O(K), up to 60 passes for power and logit_shift
 */
export function devigLadder(prices: ArrayLike<number>, method: DevigMethod): Float64Array | null {
  const p = Float64Array.from(prices)
  if (p.length < 2) return null
  let sum = 0
  for (const price of p) {
    if (!(price > 0 && price < 1)) return null
    sum += price
  }
  if (method === 'none' || sum === 1) return p
  if (method === 'proportional') return p.map((price) => price / sum)
  const logs = p.map(Math.log)
  const odds = p.map((price) => Math.log(price / (1 - price)))
  const at = (x: number): ((k: number) => number) => {
    if (method === 'logit_shift') return (k) => 1 / (1 + Math.exp(x - odds[k]!))
    const exponent = Math.exp(x)
    return (k) => Math.exp(logs[k]! * exponent)
  }
  const excess = (x: number) => {
    const value = at(x)
    let sum = 0 // without an array: a root takes 60 of these
    for (let k = 0; k < p.length; k++) sum += value(k)
    return sum - 1
  }
  const value = at(rootOf(excess))
  return normalised(p.map((_, k) => value(k)))
}

const total = (values: Float64Array): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

/** The last digits that bisection leaves. */
const normalised = (values: Float64Array): Float64Array => {
  const sum = total(values)
  return values.map((value) => value / sum)
}

/** Root of a falling function by bisection; ±40 in log-odds or in the exponent's logarithm is beyond every price. */
function rootOf(excess: (x: number) => number): number {
  let [low, high] = [-40, 40]
  for (let pass = 0; pass < 60; pass++) {
    const middle = (low + high) / 2
    if (excess(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
