import type { City } from 'kwx/cities'
import {
  type Database,
  type MarketRow,
  readCandles,
  readMarkets,
  readObservations,
  readSettlements,
  readTrades,
} from 'kwx/database'
import {
  gateObservations,
  type KnownMaximum,
  knownMaxima,
  type Prices,
  pricesFromCandles,
  pricesFromTrades,
  type WeatherSeries,
  weatherSeries,
} from 'kwx/features'
import { climateDayEnd, climateDayStart, minuteToMs } from 'kwx/time'

import type { Pair } from './pair.ts'

/** Everything of one city that its signals are made from, as the database has it. */
export interface CityRows {
  readonly markets: readonly MarketRow[]
  readonly prices: ReadonlyMap<number, Prices>
  readonly weather: WeatherSeries
  readonly maxima: ReadonlyMap<number, KnownMaximum>
  /** When the newest report of the station became known, epoch ms; null without any. */
  readonly newestReportMs: number | null
}

/** How the price rows of some markets are read, by market id. */
export type ReadPrices = (db: Database, ids: readonly number[]) => Promise<ReadonlyMap<number, Prices>>

/** Reports are read from this many days before the first event, as for a dataset: a ladder trades from the day before. */
const DAYS_BEFORE = 2

/**
 * Reads the rows of a pair for the events of some days, with the readers and the gate of the dataset builder.
 *
 * @param days  event days, both inclusive
 * @param readPrices  all of them unless told otherwise
 */
export async function readCityRows(
  db: Database,
  { city, loaded, station }: Pick<Pair, 'city' | 'loaded' | 'station'>,
  [first, last]: readonly [number, number],
  readPrices: ReadPrices = wholePrices(loaded.config.price_source),
): Promise<CityRows> {
  const { config } = loaded
  const markets = await readMarkets(db, { city: city.id, fromDay: first, toDay: last })
  const ids = markets.map(({ market_id }) => market_id)
  const prices = await readPrices(db, ids)
  const observations = await readObservations(db, { station, ...reportSpan(city, first, last) })
  const gate = gateObservations(observations, {
    city,
    excludedVcCities: config.excluded_vc_cities,
    useVcMinutes: config.use_vc_minutes,
  })
  const settlements = await readSettlements(db, { city: city.id, fromDay: first - 1, toDay: last })
  return {
    markets,
    prices,
    weather: weatherSeries(gate.rows, gate.hides),
    maxima: knownMaxima(settlements, city.standardOffset),
    newestReportMs: observations.reduce<number | null>(
      (newest, { known_ms, temp_f }) => (temp_f === null ? newest : Math.max(newest ?? 0, known_ms)),
      null,
    ),
  }
}

const reportSpan = ({ standardOffset }: City, first: number, last: number) => ({
  fromMs: minuteToMs(climateDayStart(first - DAYS_BEFORE, standardOffset)),
  toMs: minuteToMs(climateDayEnd(last + 1, standardOffset)),
})

/** Every price row there is, read as a dataset reads it. */
const wholePrices =
  (source: 'candles' | 'trades'): ReadPrices =>
  async (db, ids) => {
    const prices = new Map<number, Prices>()
    if (source === 'trades') {
      for await (const { marketId, ...trades } of readTrades(db, ids)) prices.set(marketId, pricesFromTrades(trades))
    } else {
      for await (const { marketId, ...candles } of readCandles(db, ids))
        prices.set(marketId, pricesFromCandles(candles))
    }
    return prices
  }
