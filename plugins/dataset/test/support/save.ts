import { type Database, loadCandles, saveMarkets, saveObservations, saveSettlements } from 'kwx/database'

import type { DatasetData } from '../../src/services/build/data.ts'

/** Puts a test's data into a database, prices as one-minute candles; settlements without `used`, which it decides. */
export async function save(db: Database, city: string, data: DatasetData): Promise<void> {
  const events = Map.groupBy(data.markets, ({ event_ticker }) => event_ticker)
  const ids = await saveMarkets(
    db,
    [...events].map(([ticker, markets]) => ({
      ticker,
      seriesTicker: 'KXHIGHX',
      city,
      day: markets[0]!.day,
      origin: markets[0]!.origin,
      markets: markets.map(({ ticker, strike_type, floor_strike, cap_strike, close_ms, result, expiration_value }) => ({
        ticker,
        strike_type,
        floor_strike,
        cap_strike,
        open_ms: null,
        close_ms,
        status: 'finalized',
        result,
        expiration_value,
        volume_centi: null,
      })),
    })),
  )
  const tickers = new Map(data.markets.map(({ market_id, ticker }) => [market_id, ticker]))
  for await (const { marketId, prices } of data.prices(data.markets)) {
    const n = prices.endMinute.length
    const stored = (cents: Float64Array) =>
      Int16Array.from(cents, (value) => (Number.isNaN(value) ? -1 : Math.round(value * 100)))
    const side = (close: Int16Array) => ({ open: close, high: close, low: close, close })
    await loadCandles(db, {
      marketId: new Int32Array(n).fill(ids.get(tickers.get(marketId)!)!),
      endMinute: prices.endMinute,
      price: side(stored(prices.mid)),
      bid: side(stored(prices.bid)),
      ask: side(stored(prices.ask)),
      volumeCenti: Int32Array.from(prices.volume, (contracts) => contracts * 100),
      openInterestCenti: new Int32Array(n),
    })
  }
  await saveObservations(db, data.observations)
  await saveSettlements(
    db,
    data.settlements.map(({ used: _, ...issued }) => ({ ...issued, city })),
  )
}
