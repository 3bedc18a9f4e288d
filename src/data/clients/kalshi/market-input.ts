import type { MarketInput } from '../../database/market-data/markets.ts'
import type { KalshiMarket } from './market.ts'

/** A market as the database takes it. */
export const marketInput = (market: KalshiMarket): MarketInput => ({
  ticker: market.ticker,
  strike_type: market.strikeType,
  floor_strike: market.floorStrike,
  cap_strike: market.capStrike,
  open_ms: market.openMs,
  close_ms: market.closeMs,
  status: market.status,
  result: market.result,
  expiration_value: market.expirationValue,
  volume_centi: market.volumeCenti,
})
