import type { City } from 'kwx/cities'
import {
  closeMinuteOf,
  type FeatureRows,
  type FeatureSet,
  featureRows,
  knownMaxima,
  marketView,
  type Prices,
  type Rung,
  untilClose,
  type WeatherSeries,
} from 'kwx/features'
import { civilTime, climateDayEnd, climateDayStart } from 'kwx/time'

import type { CompletenessCounter } from './completeness.ts'
import type { DatasetData, DatasetMarket } from './data.ts'
import type { Labels } from './labels.ts'

/** Days of markets whose prices are in memory at once: 84 markets with six brackets. */
const BATCH_DAYS = 14

export interface MarketRowsOptions {
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
export interface LabelledRows {
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
  // Wide enough: a ladder opens the day before its event and closes soon after its end.
  const [start, end] = [climateDayStart(first - 8, standardOffset), climateDayEnd(last + 2, standardOffset)]
  const shared = { civil: civilTime(city.zone, start, end), standardOffset, weather }
  const maxima = knownMaxima(data.settlements, standardOffset)
  const readsLadder = set.features.some(({ inputs }) => inputs.includes('ladder'))
  const labelOf = new Map(labels.labels.map((label) => [label.market, label]))
  const days = [...Map.groupBy(data.markets, ({ day }) => day)].sort(([a], [b]) => a - b)
  let priced = 0
  for (let from = 0; from < days.length; from += BATCH_DAYS) {
    signal?.throwIfAborted()
    const batch = days.slice(from, from + BATCH_DAYS)
    const wanted = batch.flatMap(([, markets]) => markets).filter(({ ticker }) => readsLadder || labelOf.has(ticker))
    const prices = new Map<number, Prices>()
    for await (const row of data.prices(wanted)) prices.set(row.marketId, row.prices)
    priced += prices.size
    for (const [day, market, markets] of inOrder(batch)) {
      const label = labelOf.get(market.ticker)
      const all = prices.get(market.market_id)
      if (!label || !all) continue
      const own = untilClose(all, closeMinuteOf(market, standardOffset))
      counter.drop(day, 'after_close', all.endMinute.length - own.endMinute.length)
      if (label.label === null) {
        counter.drop(day, 'label_quarantined', own.endMinute.length)
        continue
      }
      const rungs = readsLadder ? ladderOf(market, markets, prices) : null
      const view = marketView(market, own, { ...shared, rungs, yesterday: maxima.get(day - 1) })
      await take({ market: market.ticker, day, label: label.label, rows: featureRows(set, view) })
    }
    progress?.(Math.min(from + BATCH_DAYS, days.length), days.length, 'days')
  }
  return priced
}

type Days = readonly (readonly [day: number, markets: readonly DatasetMarket[]])[]

/** Each market with its day and all markets of that day. */
const inOrder = (days: Days) =>
  days.flatMap(([day, markets]) => byTicker(markets).map((market) => [day, market, markets] as const))

const byTicker = (markets: readonly DatasetMarket[]) =>
  markets.toSorted((a, b) => (a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : 0))

/** The price rows of the event's markets. */
function ladderOf(
  market: DatasetMarket,
  markets: readonly DatasetMarket[],
  prices: ReadonlyMap<number, Prices>,
): Rung[] {
  const ladder = markets.filter(({ event_ticker }) => event_ticker === market.event_ticker)
  return byTicker(ladder).flatMap(({ market_id }) => prices.get(market_id) ?? [])
}
