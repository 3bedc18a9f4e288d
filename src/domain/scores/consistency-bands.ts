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
 * @cost O(n log n + draws · markets · (log rows + bins)); 40 ms for 20,000 rows of 400 markets and 1,000 draws
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
  const markets = [...new Set(Array.from(market))].sort((a, b) => a - b)
  const rows = rowsByMarket(market, p, markets, bins)
  const size = new Float64Array(bins)
  for (let k = 0; k < rows.counts.length; k++) size[k % bins]! += rows.counts[k]!
  const shares = Array.from({ length: bins }, () => new Float64Array(draws))
  const uniform = new Float64Array(markets.length)
  const yes = new Float64Array(bins)
  for (let draw = 0; draw < draws; draw++) {
    for (let m = 0; m < uniform.length; m++) uniform[m] = random.uniform()
    yes.fill(0)
    for (let m = 0; m < uniform.length; m++) countYes(rows, m, uniform[m]!, yes)
    for (let b = 0; b < bins; b++) shares[b]![draw] = yes[b]! / size[b]!
  }
  return shares.map((drawn, b) => {
    if (size[b] === 0) return { low: Number.NaN, high: Number.NaN }
    drawn.sort()
    const tail = (1 - level) / 2
    return { low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) }
  })
}

/** The rows market after market, the probabilities of each rising; those of market m are [start[m], start[m + 1]). */
interface MarketRows {
  readonly start: Int32Array
  readonly p: Float64Array
  readonly bin: Int32Array
  /** Rows of market m in bin b at m · bins + b. */
  readonly counts: Int32Array
}

function rowsByMarket(
  market: ArrayLike<number>,
  p: ArrayLike<number>,
  markets: readonly number[],
  bins: number,
): MarketRows {
  const place = new Map(markets.map((one, m) => [one, m]))
  const start = new Int32Array(markets.length + 1)
  for (let i = 0; i < p.length; i++) start[place.get(market[i]!)! + 1]! += 1
  for (let m = 0; m < markets.length; m++) start[m + 1]! += start[m]!
  const next = start.slice()
  const sorted = new Float64Array(p.length)
  for (let i = 0; i < p.length; i++) sorted[next[place.get(market[i]!)!]!++] = p[i]!
  const counts = new Int32Array(markets.length * bins)
  const bin = new Int32Array(p.length)
  for (let m = 0; m < markets.length; m++) {
    sorted.subarray(start[m], start[m + 1]).sort()
    for (let k = start[m]!; k < start[m + 1]!; k++) {
      bin[k] = binOf(sorted[k]!, bins)
      counts[m * bins + bin[k]!]! += 1
    }
  }
  return { start, p: sorted, bin, counts }
}

/** Adds the rows of a market that are YES, those above U: a part of one bin and all of the bins above it. */
function countYes({ start, p, bin, counts }: MarketRows, m: number, bound: number, yes: Float64Array): void {
  const [first, end] = [start[m]!, start[m + 1]!]
  let [from, to] = [first, end]
  while (from < to) {
    const middle = (from + to) >> 1
    if (p[middle]! > bound) to = middle
    else from = middle + 1
  }
  if (from === end) return
  const bins = yes.length
  let above = end - from
  for (let b = bins - 1; b > bin[from]!; b--) {
    const count = counts[m * bins + b]!
    yes[b]! += count
    above -= count
  }
  yes[bin[from]!]! += above
}
