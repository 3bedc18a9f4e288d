import type { City } from 'kwx/cities'
import {
  byTicker,
  civilOf,
  type FeatureRows,
  type FeatureSet,
  joinMarket,
  knownMaxima,
  type Prices,
  readsLadder,
  type WeatherSeries,
} from 'kwx/features'

import type { CompletenessCounter } from './completeness.ts'
import type { DatasetData, DatasetMarket } from './data.ts'
import type { Labels } from './labels.ts'

/** Days of markets whose prices are in memory at once: 84 markets with six brackets. */
const BATCH_DAYS = 14

interface MarketRowsOptions {
  readonly city: City
  /** Event days, both inclusive. */
  readonly span: readonly [first: number, last: number]
  readonly set: FeatureSet
  readonly data: DatasetData
  readonly labels: Labels
  readonly weather: WeatherSeries
  /** Told of every row that is left out. */
  readonly counter: CompletenessCounter
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((done: number, total: number, unit: string) => void) | undefined
}

/** The rows of one market that has a label. */
interface LabelledRows {
  readonly market: string
  readonly day: number
  readonly label: 0 | 1
  readonly rows: FeatureRows
}

/**
 * Hands the rows of every labelled market to `take`, one after the other, by event day and ticker.
 *
 * @returns how many markets had prices, those of other brackets included where a feature reads the ladder
 */
export async function forEachMarket(
  { city, span: [first, last], set, data, labels, weather, counter, signal, progress }: MarketRowsOptions,
  take: (market: LabelledRows) => Promise<void>,
): Promise<number> {
  const { standardOffset } = city
  const maxima = knownMaxima(data.settlements, standardOffset)
  const context = { set, standardOffset, civil: civilOf(city, first, last), weather, maxima }
  const labelOf = new Map(labels.labels.map((label) => [label.market, label]))
  const days = [...Map.groupBy(data.markets, ({ day }) => day)].sort(([a], [b]) => a - b)
  let priced = 0
  for (let from = 0; from < days.length; from += BATCH_DAYS) {
    signal?.throwIfAborted()
    const batch = days.slice(from, from + BATCH_DAYS)
    const wanted = batch
      .flatMap(([, markets]) => markets)
      .filter(({ ticker }) => readsLadder(set) || labelOf.has(ticker))
    const prices = new Map<number, Prices>()
    for await (const row of data.prices(wanted)) prices.set(row.marketId, row.prices)
    priced += prices.size
    for (const [day, market, markets] of inOrder(batch)) {
      const label = labelOf.get(market.ticker)
      const joined = joinMarket(context, market, markets, prices)
      if (!label || !joined) continue
      counter.drop(day, 'after_close', joined.afterClose)
      if (label.label === null) {
        counter.drop(day, 'label_quarantined', joined.own.endMinute.length)
        continue
      }
      await take({ market: market.ticker, day, label: label.label, rows: joined.rows() })
    }
    progress?.(Math.min(from + BATCH_DAYS, days.length), days.length, 'days')
  }
  return priced
}

type Days = readonly (readonly [day: number, markets: readonly DatasetMarket[]])[]

/** Each market with its day and all markets of that day. */
const inOrder = (days: Days) =>
  days.flatMap(([day, markets]) => byTicker(markets).map((market) => [day, market, markets] as const))
