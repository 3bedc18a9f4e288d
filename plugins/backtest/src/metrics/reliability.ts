import { randomFrom } from 'kwx/random'
import { consistencyBands, type ReliabilityBin, reliabilityBins } from 'kwx/scores'

/** A bin of a reliability diagram with the range that a calibrated forecast would fall into. */
export interface ConsistentBin extends ReliabilityBin {
  /** 5 % and 95 % quantiles of the share of YES under calibration; NaN in an empty bin. */
  readonly expectedLow: number
  readonly expectedHigh: number
}

/**
 * Reliability with consistency bands, as `consistencyBands` draws them: rows of one market share one outcome.
 *
 * @param market  index of each row's market, shape [n]
 */
export function consistentBins(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  market: ArrayLike<number>,
  seed: number,
): ConsistentBin[] {
  const bands = consistencyBands({ market, p }, randomFrom(`backtest/reliability/${seed}`))
  return reliabilityBins(y, p).map((bin, k) => ({ ...bin, expectedLow: bands[k]!.low, expectedHigh: bands[k]!.high }))
}
