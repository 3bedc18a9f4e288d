/** Forecast of one ladder and what happened. */
export interface LadderForecast {
  /** Probability of each bracket, from the coldest up, shape [K]; they sum to 1. */
  readonly p: ArrayLike<number>
  /** Index of the bracket that settled YES. */
  readonly outcome: number
  /** Weight of the event >= 0; 1 when absent. */
  readonly weight?: number
}

/** How far the probabilities of a ladder may sum from 1. */
const SUM_TOLERANCE = 1e-9

/**
 * Ranked probability score of a ladder: Σ_{k<K} (P(bracket <= k) − [outcome <= k])².
 *
 * Unlike the Brier scores of its brackets it knows their order: a near miss costs less than a far one. Not divided by
 * K − 1, so that merging two brackets nobody distinguishes changes nothing.
 *
 * @returns a number in [0, K − 1]; 0 for certain and right
 * @throws RangeError without brackets, when a value is no probability, they do not sum to 1, or the outcome is no index
 * @source Epstein 1969; Murphy 1971
 */
export function rankedProbabilityScore({ p, outcome }: LadderForecast): number {
  if (!(Number.isInteger(outcome) && outcome >= 0 && outcome < p.length)) {
    throw new RangeError(`Outcome ${outcome} is none of ${p.length} brackets.`)
  }
  let below = 0
  let score = 0
  for (let k = 0; k < p.length; k++) {
    if (!(p[k]! >= 0 && p[k]! <= 1)) throw new RangeError(`${p[k]} is not a probability.`)
    below += p[k]!
    if (k < p.length - 1) score += (below - (outcome <= k ? 1 : 0)) ** 2
  }
  if (!(Math.abs(below - 1) <= SUM_TOLERANCE)) throw new RangeError(`The ladder sums to ${below}, expected 1.`)
  return score
}

/** Weighted mean over events; NaN without an event of positive weight. */
export function meanRankedProbabilityScore(events: readonly LadderForecast[]): number {
  let sum = 0
  let total = 0
  for (const event of events) {
    const { weight = 1 } = event
    sum += weight * rankedProbabilityScore(event)
    total += weight
  }
  return sum / total
}
