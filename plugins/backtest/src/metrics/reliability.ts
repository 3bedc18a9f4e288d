import { randomFrom } from 'kwx/random'
import { quantile, type ReliabilityBin, reliabilityBins } from 'kwx/scores'

/** A bin of a reliability diagram with the range that a calibrated forecast would fall into. */
export interface ConsistentBin extends ReliabilityBin {
  /** 5 % and 95 % quantiles of the share of YES under calibration; NaN in an empty bin. */
  readonly expectedLow: number
  readonly expectedHigh: number
}

const DRAWS = 400

/**
 * Reliability with consistency bands: outcomes are redrawn from the probabilities themselves.
 *
 * All rows of a market share one draw, as they share one outcome: a band for independent rows would be far too narrow.
 *
 * @param market  index of each row's market, shape [n]
 * @source Bröcker & Smith 2007 (consistency resampling)
 */
export function consistentBins(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  market: ArrayLike<number>,
  seed: number,
): ConsistentBin[] {
  const bins = reliabilityBins(y, p)
  const random = randomFrom(`backtest/reliability/${seed}`)
  const markets = [...new Set(Array.from(market))].sort((a, b) => a - b)
  const place = new Map(markets.map((m, k) => [m, k]))
  const at = Int32Array.from({ length: p.length }, (_, i) => place.get(market[i]!)!)
  const shares = bins.map(() => new Float64Array(DRAWS))
  const uniform = new Float64Array(markets.length)
  const drawn = new Uint8Array(p.length)
  for (let draw = 0; draw < DRAWS; draw++) {
    for (let m = 0; m < uniform.length; m++) uniform[m] = random.uniform()
    for (let i = 0; i < p.length; i++) drawn[i] = uniform[at[i]!]! < p[i]! ? 1 : 0
    reliabilityBins(drawn, p).forEach(({ observed }, k) => {
      shares[k]![draw] = observed
    })
  }
  return bins.map((bin, k) => {
    if (bin.count === 0) return { ...bin, expectedLow: Number.NaN, expectedHigh: Number.NaN }
    const sorted = shares[k]!.sort()
    return { ...bin, expectedLow: quantile(sorted, 0.05), expectedHigh: quantile(sorted, 0.95) }
  })
}
