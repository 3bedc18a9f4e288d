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

/** The parts of a pair that say which rows are its city's. */
export type RowsOf = Pick<Pair, 'city' | 'loaded' | 'station'>

/** Time that reports are about, epoch ms: from inclusive, to exclusive. */
export interface ReportSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** How what grows all day is read. */
export interface CityReading {
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
  [first, last]: readonly [number, number],
  reading: CityReading = wholeReading(pair),
): Promise<CityRows> {
  const { city } = pair
  const markets = readMarkets(db, { city: city.id, fromDay: first, toDay: last })
  // Side by side: a minute waits for the slowest of them, not for all.
  const [prices, weather, settlements] = await Promise.all([
    reading.prices(
      db,
      markets.then((rows) => rows.map(({ market_id }) => market_id)),
    ),
    reading.weather(db, reportSpan(city, first, last)),
    readSettlements(db, { city: city.id, fromDay: first - 1, toDay: last }),
  ])
  return {
    markets: await markets,
    prices,
    weather,
    maxima: knownMaxima(settlements, city.standardOffset),
    civil: civilOf(city, first, last),
  }
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
