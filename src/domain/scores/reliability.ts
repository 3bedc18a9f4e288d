import { sameLength } from './same-length.ts'

/** What was promised and what happened, over the rows whose probability lies in (low, high]. */
export interface ReliabilityBin {
  readonly low: number
  readonly high: number
  readonly count: number
  /** Sum of the rows' weights: the count where there are none. */
  readonly weight: number
  /** Mean probability of the rows; NaN in an empty bin. */
  readonly meanP: number
  /** Share of the rows with outcome 1; NaN in an empty bin. */
  readonly observed: number
}

/**
 * Reliability table over equal bins ((k−1)/bins, k/bins]; exactly 0 belongs to the first bin.
 *
 * An edge value belongs to the lower bin, as it was defined for the original models. The edges are the doubles
 * nearest to k/bins and are compared as such: no `ceil(p · bins)`, whose product rounds.
 *
 * @param y  outcomes, 0 or 1, shape [n]
 * @param p  probabilities in [0, 1], shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @throws RangeError when the lengths differ or a probability is not in [0, 1]
 */
export function reliabilityBins(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  bins = 10,
  weight?: ArrayLike<number>,
): ReliabilityBin[] {
  sameLength(y, p, weight)
  const count = new Int32Array(bins)
  const sumW = new Float64Array(bins)
  const sumP = new Float64Array(bins)
  const sumY = new Float64Array(bins)
  for (let i = 0; i < y.length; i++) {
    const k = binOf(p[i]!, bins)
    const w = weight ? weight[i]! : 1
    count[k]! += 1
    sumW[k]! += w
    sumP[k]! += w * p[i]!
    sumY[k]! += w * y[i]!
  }
  return Array.from(count, (n, k) => ({
    low: k / bins,
    high: (k + 1) / bins,
    count: n,
    weight: sumW[k]!,
    meanP: sumP[k]! / sumW[k]!,
    observed: sumY[k]! / sumW[k]!,
  }))
}

/**
 * Expected calibration error: Σ over bins of (rows in the bin / n) · |share of 1 − mean probability|.
 *
 * @param weight  weights >= 0 that count rows instead of 1 each, shape [n]
 * @returns a number in [0, 1]; NaN without a row of positive weight
 * @throws RangeError as `reliabilityBins`
 */
export function ece(y: ArrayLike<number>, p: ArrayLike<number>, bins = 10, weight?: ArrayLike<number>): number {
  let sum = 0
  let total = 0
  for (const bin of reliabilityBins(y, p, bins, weight)) {
    total += bin.weight
    if (bin.weight > 0) sum += bin.weight * Math.abs(bin.observed - bin.meanP)
  }
  return sum / total
}

/** The bin of `reliabilityBins` that a probability belongs to. */
export function binOf(p: number, bins: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} is not a probability.`)
  let k = Math.min(bins - 1, Math.floor(p * bins))
  while (k > 0 && p <= k / bins) k--
  while (k < bins - 1 && p > (k + 1) / bins) k++
  return k
}
