import { poolAdjacentViolators } from '../scores/pool-adjacent-violators.ts'
import type { CoupledLadder } from './coupled-ladder.ts'
import { logit, sigmoid } from './probability.ts'

/**
 * The non-decreasing sequence nearest to `cumulative` in weighted squares, kept in [0, 1].
 *
 * @param cumulative  P(maximum at most threshold k), thresholds rising, shape [K]
 * @param weight  weights > 0, shape [K]; all 1 when absent
 * @cost O(K)
 */
export function monotoneCumulative(cumulative: ArrayLike<number>, weight?: ArrayLike<number>): Float64Array {
  const at = Float64Array.from(cumulative, (_, k) => k)
  const out = new Float64Array(cumulative.length)
  for (const { value, low, high } of poolAdjacentViolators(at, cumulative, weight)) {
    out.fill(Math.min(1, Math.max(0, value)), low, high + 1)
  }
  return out
}

/**
 * The cumulative-monotone head: a law over ordered rungs through its distribution function.
 *
 * Between rungs k and k + 1 the distribution function is estimated from below, Σ_{j<=k} p_j, and from above,
 * 1 − Σ_{j>k} p_j; the mean of those that exist is tempered on its log-odds, logit(F) / T, made monotone and
 * differenced. Missing rungs must be neighbours: then every threshold beside them has an estimate from one side, and
 * they get together what the difference leaves. With a gap in two places nobody knows how to divide it.
 *
 * @param p  shape [K], NaN for a missing rung, at least one present
 * @param temperature  > 0
 */
export function cumulativeHead(p: readonly number[], temperature: number): CoupledLadder {
  const size = p.length
  const gone = p.flatMap((value, k) => (Number.isNaN(value) ? [k] : []))
  const [first, last] = [gone[0] ?? size, gone.at(-1) ?? -1]
  if (gone.length > 0 && last - first + 1 !== gone.length) {
    return { outcome: 'refused', reason: 'the missing rungs are not neighbours' }
  }
  const edges = thresholds(p, first, last)
  const tempered = edges.map(({ value }) => temper(Math.min(1, Math.max(0, value)), temperature))
  const monotone = monotoneCumulative(tempered)
  const out = new Float64Array(size).fill(Number.NaN)
  let rest = 0
  let below = 0
  for (let k = 0; k <= edges.length; k++) {
    const upTo = k < edges.length ? monotone[k]! : 1
    const rung = k === 0 ? 0 : edges[k - 1]!.above
    if (rung === first && gone.length > 0) rest = upTo - below
    else out[rung] = upTo - below
    below = upTo
  }
  return { outcome: 'coupled', p: out, rest }
}

/** The distribution function between rungs, except between two missing ones; `above` is the rung that follows. */
function thresholds(p: readonly number[], first: number, last: number): { above: number; value: number }[] {
  const edges: { above: number; value: number }[] = []
  for (let above = 1; above < p.length; above++) {
    if (above > first && above <= last) continue
    const fromBelow = above <= first ? sumOf(p, 0, above) : Number.NaN
    const fromAbove = above > last ? 1 - sumOf(p, above, p.length) : Number.NaN
    const value = Number.isNaN(fromBelow)
      ? fromAbove
      : Number.isNaN(fromAbove)
        ? fromBelow
        : (fromBelow + fromAbove) / 2
    edges.push({ above, value })
  }
  return edges
}

function sumOf(p: readonly number[], from: number, to: number): number {
  let sum = 0
  for (let k = from; k < to; k++) sum += p[k]!
  return sum
}

/** At temperature 1 nothing is rounded. */
const temper = (value: number, temperature: number): number =>
  temperature === 1 || value === 0 || value === 1 ? value : sigmoid(logit(value) / temperature)
