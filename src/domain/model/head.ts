import type { CoupledLadder } from './coupled-ladder.ts'
import { cumulativeHead } from './cumulative-head.ts'

/** What a head may do about rungs without a probability. Neither is a default: the caller says which. */
type MissingRungs = 'refuse' | 'marginalise'

export interface HeadOptions {
  /**
   * `softmax` takes the rungs as unordered classes, `cumulative` makes the probabilities of "at most this rung"
   * monotone.
   */
  readonly method: 'softmax' | 'cumulative'
  /** > 0. 1 keeps what is coherent; above 1 spreads, below 1 sharpens. */
  readonly temperature: number
  readonly missing: MissingRungs
}

/**
 * Couples probabilities that were made rung by rung into one law over the ladder.
 *
 * `softmax`: p_k^(1/T) / Σ_j p_j^(1/T), the softmax of log p_k at temperature T. It treats all rungs alike, so their
 * order does not matter. `cumulative`: see `cumulativeHead`; it knows the order. Both leave a coherent ladder as it is
 * at T = 1.
 *
 * Missing rungs: `refuse` gives no ladder. `marginalise` takes all missing rungs as one more, whose probability is
 * what the others leave of 1 (0 when they leave nothing).
 *
 * @param p  probabilities in [0, 1] from the coldest rung up, shape [K]; NaN where there is none
 * @throws RangeError for a temperature that is not above 0, or a value that is no probability
 * @cost O(K)
 */
export function unifiedHead(p: ArrayLike<number>, { method, temperature, missing }: HeadOptions): CoupledLadder {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new RangeError(`A head's temperature is above 0, not ${temperature}.`)
  }
  const values = Array.from(p)
  for (const value of values) {
    if (!Number.isNaN(value) && !(value >= 0 && value <= 1)) throw new RangeError(`${value} is not a probability.`)
  }
  const absent = values.filter(Number.isNaN).length
  if (values.length - absent === 0) return { outcome: 'refused', reason: 'no rung has a probability' }
  if (absent > 0 && missing === 'refuse') {
    return { outcome: 'refused', reason: `${absent} of ${values.length} rungs have no probability` }
  }
  return method === 'softmax' ? softmaxHead(values, temperature) : cumulativeHead(values, temperature)
}

function softmaxHead(p: readonly number[], temperature: number): CoupledLadder {
  let sum = 0
  let largest = 0
  for (const value of p) if (!Number.isNaN(value)) sum += value
  const left = p.some(Number.isNaN) ? Math.max(0, 1 - sum) : 0
  for (const value of [...p, left]) if (value > largest) largest = value
  if (largest === 0) return { outcome: 'refused', reason: 'every rung has probability 0' }
  // Divided by the largest first: at low temperatures the powers of small numbers would all become 0.
  const power = (value: number) => (value === 0 ? 0 : Math.exp(Math.log(value / largest) / temperature))
  const raised = p.map(power)
  const rest = power(left)
  let total = rest
  for (const value of raised) if (!Number.isNaN(value)) total += value
  return { outcome: 'coupled', p: Float64Array.from(raised, (value) => value / total), rest: rest / total }
}
