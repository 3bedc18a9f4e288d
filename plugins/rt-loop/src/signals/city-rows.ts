import type { City } from 'kwx/cities'
import {
  type Database,
  type MarketRow,
  type Observation,
  readCandles,
  readMarkets,
  readObservations,
  readSettlements,
  readTrades,
} from 'kwx/database'
import {
  civilOf,
  gateObservations,
  type KnownMaximum,
  knownMaxima,
  type Prices,
  pricesFromCandles,
  pricesFromTrades,
  type WeatherSeries,
  weatherSeries,
} from 'kwx/features'
import { type CivilTime, climateDayEnd, climateDayStart, minuteToMs } from 'kwx/time'

import type { Pair } from './pair.ts'

/** Everything of one city that its signals are made from, as the database has it. */
export interface CityRows {
  readonly markets: readonly MarketRow[]
  readonly prices: ReadonlyMap<number, Prices>
  readonly weather: WeatherSeries
  readonly maxima: ReadonlyMap<number, KnownMaximum>
  /** Wall clock time over the events. */
  readonly civil: CivilTime
}

/** What changes rarely. */
export type CityFacts = Pick<CityRows, 'markets' | 'maxima' | 'civil'>

/** The parts of a pair that say which rows are its city's. */
export type RowsOf = Pick<Pair, 'city' | 'loaded' | 'station'>

/** Time that reports are about, epoch ms: from inclusive, to exclusive. */
export interface ReportSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** How everything is read; what grows all day at the cost of what is new. */
export interface CityReading {
  /** @param days  event days, both inclusive */
  facts(db: Database, days: readonly [number, number]): Promise<CityFacts>
  /** Price rows of some markets, by market id; which ones is still being asked. */
  prices(db: Database, asked: Promise<readonly number[]>): Promise<ReadonlyMap<number, Prices>>
  weather(db: Database, span: ReportSpan): Promise<WeatherSeries>
}

/** Reports are read from this many days before the first event, as for a dataset: a ladder trades from the day before. */
const DAYS_BEFORE = 2

/**
 * Reads the rows of a pair for the events of some days, with the readers and the gate of the dataset builder.
 *
 * @param days  event days, both inclusive
 * @param reading  everything, unless told otherwise
 */
export async function readCityRows(
  db: Database,
  pair: RowsOf,
  days: readonly [number, number],
  reading: CityReading = wholeReading(pair),
): Promise<CityRows> {
  // Side by side: a minute waits for the slowest of them, not for all.
  const facts = reading.facts(db, days)
  const ids = facts.then(({ markets }) => markets.map(({ market_id }) => market_id))
  const [prices, weather] = await Promise.all([
    reading.prices(db, ids),
    reading.weather(db, reportSpan(pair.city, ...days)),
  ])
  return { ...(await facts), prices, weather }
}

/** The markets of some event days, what is known of maxima before them, and the clock over them. */
export async function readCityFacts(
  db: Database,
  city: City,
  [first, last]: readonly [number, number],
): Promise<CityFacts> {
  const [markets, settlements] = await Promise.all([
    readMarkets(db, { city: city.id, fromDay: first, toDay: last }),
    readSettlements(db, { city: city.id, fromDay: first - 1, toDay: last }),
  ])
  return { markets, maxima: knownMaxima(settlements, city.standardOffset), civil: civilOf(city, first, last) }
}

const reportSpan = ({ standardOffset }: City, first: number, last: number): ReportSpan => ({
  fromMs: minuteToMs(climateDayStart(first - DAYS_BEFORE, standardOffset)),
  toMs: minuteToMs(climateDayEnd(last + 1, standardOffset)),
})

/** What the gate leaves of a station's reports, in the order in which it became known. */
export function weatherOf({ city, loaded }: RowsOf, observations: readonly Observation[]): WeatherSeries {
  const { excluded_vc_cities, use_vc_minutes } = loaded.config
  const rules = { city, excludedVcCities: excluded_vc_cities, useVcMinutes: use_vc_minutes }
  const { rows, hides } = gateObservations(observations, rules)
  return weatherSeries(rows, hides)
}

/** Every row there is, read as a dataset reads it. */
export const wholeReading = (pair: RowsOf): CityReading => ({
  facts: (db, days) => readCityFacts(db, pair.city, days),
  async prices(db, asked) {
    const ids = await asked
    const prices = new Map<number, Prices>()
    if (pair.loaded.config.price_source === 'trades') {
      for await (const { marketId, ...trades } of readTrades(db, ids)) prices.set(marketId, pricesFromTrades(trades))
    } else {
      for await (const { marketId, ...candles } of readCandles(db, ids))
        prices.set(marketId, pricesFromCandles(candles))
    }
    return prices
  },
  weather: async (db, span) => weatherOf(pair, await readObservations(db, { station: pair.station, ...span })),
})
