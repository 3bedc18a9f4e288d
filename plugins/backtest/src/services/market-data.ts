import type { City } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import {
  type CandleSeries,
  type Database,
  type MarketRow,
  type Observation,
  type QuoteSeries,
  readCandles,
  readMarkets,
  readObservations,
  readQuotes,
  readTrades,
  type TradeSeries,
} from 'kwx/database'
import { climateDayEnd, climateDayStart, minuteToMs } from 'kwx/time'

/** Everything recorded of some markets, by market id. */
export interface MarketData {
  readonly markets: readonly MarketRow[]
  readonly trades: ReadonlyMap<number, TradeSeries>
  /** Empty where prices come from trades. */
  readonly candles: ReadonlyMap<number, CandleSeries>
  readonly quotes: ReadonlyMap<number, QuoteSeries>
  /** Reports of the station, oldest first. */
  readonly observations: readonly Observation[]
}

/**
 * Reads what a backtest of some markets needs.
 *
 * @param tickers  markets with signals; others of the span are left out
 */
export async function readMarketData(
  db: Database,
  city: City,
  config: LoadedConfig['config'],
  { tickers, firstDay, lastDay }: { tickers: ReadonlySet<string>; firstDay: number; lastDay: number },
): Promise<MarketData> {
  const all = await readMarkets(db, { city: city.id, fromDay: firstDay, toDay: lastDay })
  const markets = all.filter(({ ticker }) => tickers.has(ticker))
  const ids = markets.map(({ market_id }) => market_id)
  const recorded = config.price_source === 'candles'
  return {
    markets,
    trades: await byMarket(readTrades(db, ids)),
    candles: recorded ? await byMarket(readCandles(db, ids)) : new Map(),
    quotes: recorded ? await byMarket(readQuotes(db, ids)) : new Map(),
    observations: await readObservations(db, {
      station: config.observation_station ?? city.station,
      fromMs: minuteToMs(climateDayStart(firstDay, city.standardOffset)),
      toMs: minuteToMs(climateDayEnd(lastDay, city.standardOffset)),
    }),
  }
}

async function byMarket<Series extends { readonly marketId: number }>(rows: AsyncIterable<Series>) {
  const found = new Map<number, Series>()
  for await (const series of rows) found.set(series.marketId, series)
  return found
}
