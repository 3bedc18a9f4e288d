import { EXIT, KwxError } from '../../base/errors.ts'
import type { Benchmark } from '../config/production-config.ts'
import { benchmarkProbability } from '../market/benchmark.ts'
import { marketProbability } from './probability.ts'
import type { TrainingRows } from './training-rows.ts'

/** What the market says of some rows, as probabilities of YES, clipped; all arrays have shape [rows]. */
export interface MarketReadings {
  /** The last trade and the middle of the two sides; NaN where there is none. */
  readonly last: Float64Array
  readonly middle: Float64Array
  /** Half-way between the two in log-odds; the one that is there where the other is not. */
  readonly halfWay: Float64Array
  /** By the benchmark: what a model is held against, and what pool and loop take for the market. */
  readonly market: Float64Array
}

/**
 * The market's readings of some rows of a dataset.
 *
 * @param rows  of `trainingRows`
 * @param chosen  indices of the model's rows
 * @throws KwxError BENCHMARK_ROWS_DIFFER (exit 1) when a row of the model has no reading of the market
 * @cost O(rows), about 0.1 us a row
 */
export function marketReadings(
  { last, middle, market }: Pick<TrainingRows, 'last' | 'middle' | 'market'>,
  chosen: Int32Array,
  benchmark: Benchmark,
): MarketReadings {
  const n = chosen.length
  const of = () => new Float64Array(n)
  const read = { last: of(), middle: of(), halfWay: of(), market: of() }
  for (let k = 0; k < n; k++) {
    const row = chosen[k]!
    const [traded, between] = [last[row] ?? Number.NaN, middle[row] ?? Number.NaN]
    if (Number.isNaN(traded) && Number.isNaN(between)) {
      const ticker = market.values[market.codes[row]!] ?? 'no market'
      throw new KwxError(`The benchmark has other rows than the model: row ${row} (${ticker}) has no reading.`, {
        code: 'BENCHMARK_ROWS_DIFFER',
        exit: EXIT.error,
        hint: 'Build the dataset again with "kwx dataset build --config FILE --force".',
        details: { row, market: ticker, rows: n },
      })
    }
    read.last[k] = marketProbability(traded)
    read.middle[k] = marketProbability(between)
    read.halfWay[k] = benchmarkProbability('half-way', traded, between)
    read.market[k] = benchmark === 'half-way' ? read.halfWay[k]! : benchmarkProbability(benchmark, traded, between)
  }
  return read
}
