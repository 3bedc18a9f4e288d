import type { Random } from '../../base/random/index.ts'
import { checkSetting, checkShape, checkValues, isProbability } from './check-columns.ts'
import { quantile } from './quantile.ts'
import { binOf } from './reliability.ts'

/** Where a calibrated forecast would keep the share of YES of a bin; NaN in a bin without rows. */
export interface ConsistencyBand {
  readonly low: number
  readonly high: number
}

export interface ConsistencyOptions {
  /** Whole number >= 20; 400 by default. */
  readonly draws?: number
  /** Share of the draws within a bin's band, in (0, 1); 0.9 by default. Bins are judged one by one. */
  readonly level?: number
  /** As of `reliabilityBins`; 10 by default. */
  readonly bins?: number
}

/**
 * Bands of a reliability diagram: outcomes are redrawn from the probabilities themselves.
 *
 * All rows of a market share one uniform number U, as they share one outcome; a row is YES where U < p. A band for
 * independent rows would be far too narrow. The null is that of `perfectEce`.
 *
 * @param market  market id of each row, shape [n], whole numbers; ids in rising order take the draws in that order
 * @param p  probabilities in [0, 1], shape [n]
 * @returns one band for each bin of `reliabilityBins`
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE, SCORE_SETTING
 * @source Bröcker & Smith 2007 (consistency resampling)
 * @cost O(n log n + draws · pairs · log rows), pairs of market and bin that have rows
 */
export function consistencyBands(
  { market, p }: { readonly market: ArrayLike<number>; readonly p: ArrayLike<number> },
  random: Random,
  { draws = 400, level = 0.9, bins = 10 }: ConsistencyOptions = {},
): ConsistencyBand[] {
  checkShape({ market, p })
  checkValues('market', market, Number.isSafeInteger, 'a whole number')
  checkValues('probability', p, isProbability, 'a number in [0, 1]')
  checkSetting('draws', draws, Number.isInteger(draws) && draws >= 20, 'a whole number of at least 20')
  checkSetting('level', level, level > 0 && level < 1, 'a number between 0 and 1')
  checkSetting('bins', bins, Number.isInteger(bins) && bins >= 1, 'a whole number of at least 1')
  const n = p.length
  const markets = [...new Set(Array.from(market))].sort((a, b) => a - b)
  const place = new Map(markets.map((one, k) => [one, k]))
  const group = Int32Array.from(market, (one) => place.get(one)!)
  const bin = Int32Array.from(p, (one) => binOf(one, bins))
  const size = new Int32Array(bins)
  for (let i = 0; i < n; i++) size[bin[i]!]! += 1
  // Rows of one market and bin stand together, their probabilities rising: those above U are the YES of a draw.
  const order = Int32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => group[a]! - group[b]! || bin[a]! - bin[b]! || p[a]! - p[b]!,
  )
  const sorted = Float64Array.from(order, (i) => p[i]!)
  const starts: number[] = []
  for (let k = 0; k < n; k++) {
    const [i, before] = [order[k]!, order[k - 1] ?? -1]
    if (before < 0 || group[i] !== group[before] || bin[i] !== bin[before]) starts.push(k)
  }
  const shares = Array.from({ length: bins }, () => new Float64Array(draws))
  const uniform = new Float64Array(markets.length)
  const yes = new Float64Array(bins)
  for (let draw = 0; draw < draws; draw++) {
    for (let m = 0; m < uniform.length; m++) uniform[m] = random.uniform()
    yes.fill(0)
    for (let s = 0; s < starts.length; s++) {
      const [start, end] = [starts[s]!, starts[s + 1] ?? n]
      const first = order[start]!
      yes[bin[first]!]! += end - firstAbove(sorted, uniform[group[first]!]!, start, end)
    }
    for (let b = 0; b < bins; b++) shares[b]![draw] = yes[b]! / size[b]!
  }
  return shares.map((drawn, b) => {
    if (size[b] === 0) return { low: Number.NaN, high: Number.NaN }
    drawn.sort()
    const tail = (1 - level) / 2
    return { low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) }
  })
}

/** First index within [start, end) whose value is above `bound`; `end` where none is. Values rise. */
function firstAbove(values: Float64Array, bound: number, start: number, end: number): number {
  let [from, to] = [start, end]
  while (from < to) {
    const middle = (from + to) >> 1
    if (values[middle]! > bound) to = middle
    else from = middle + 1
  }
  return from
}
