import type { CandleRows, TradeRows } from 'kwx/database'
import type { KalshiCandle, KalshiCandles, KalshiMarket, KalshiSource, KalshiTrade } from 'kwx/sources'
import { candleColumns, tradeColumns } from './price-columns.ts'

/** The prices of one market with the proof that none is missing. */
interface MarketPrices<Row> {
  readonly ticker: string
  readonly rows: readonly Row[]
  /** Null: proven. Else what does not add up, after a second request. */
  readonly fault: string | null
  readonly proof: Record<string, unknown>
}

const contracts = (centi: number): string => (centi / 100).toFixed(2)

/**
 * The prints of a market. Their counts must sum to the exchange's own volume; otherwise they are asked for once more,
 * and the fuller answer is taken.
 */
export async function tradesOf(
  kalshi: KalshiSource,
  market: KalshiMarket,
  settled: boolean,
): Promise<MarketPrices<KalshiTrade>> {
  const { ticker, volumeCenti } = market
  const off = (found: { countCenti: number }) => settled && volumeCenti !== null && found.countCenti !== volumeCenti
  let found = await kalshi.trades(market)
  let requests = 1
  if (off(found)) {
    const again = await kalshi.trades(market)
    requests++
    if (!off(again) || again.countCenti > found.countCenti) found = again
  }
  const fault = off(found)
    ? `trades of ${ticker} sum to ${contracts(found.countCenti)} contracts, its volume is ${contracts(volumeCenti!)}`
    : null
  const { pages, repeated, unordered } = found
  return {
    ticker,
    rows: found.trades,
    fault,
    proof: {
      trades: found.trades.length,
      count_centi: found.countCenti,
      volume_centi: volumeCenti,
      pages,
      repeated,
      unordered,
      requests,
    },
  }
}

// Volume of candles falls up to 2 % short of the market's at the exchange itself.
const LEAST_SHARE = 0.98

/**
 * The candles of an event's markets. Those that are live come in few requests for all of them; a market that is archived,
 * or whose candles do not add up, is asked for by itself.
 */
export async function candlesOfEvent(
  kalshi: KalshiSource,
  event: { readonly seriesTicker: string; readonly ticker: string },
  markets: readonly KalshiMarket[],
  isSettled: (market: KalshiMarket) => boolean,
): Promise<MarketPrices<KalshiCandle>[]> {
  const { seriesTicker } = event
  const inSeries = markets.map((market) => ({ ...market, seriesTicker }))
  const live = inSeries.filter(({ tier }) => tier === 'live').filter(hasLife)
  const found = live.length > 1 ? await kalshi.eventCandles({ seriesTicker, eventTicker: event.ticker }, live) : null
  return Promise.all(inSeries.map((one) => candlesOf(kalshi, one, isSettled(one), found?.get(one.ticker))))
}

const hasLife = <Market extends KalshiMarket>(market: Market): market is Market & { openMs: number; closeMs: number } =>
  market.openMs !== null && market.closeMs !== null

/** The candles of a market: their volumes must make up 98 to 100 % of the exchange's own. */
async function candlesOf(
  kalshi: KalshiSource,
  market: KalshiMarket & { seriesTicker: string },
  settled: boolean,
  received?: KalshiCandles,
): Promise<MarketPrices<KalshiCandle>> {
  const { ticker, volumeCenti } = market
  const off = (found: { volumeCenti: number }) =>
    settled &&
    volumeCenti !== null &&
    (found.volumeCenti > volumeCenti || found.volumeCenti < LEAST_SHARE * volumeCenti)
  let found = received ?? (await kalshi.candles(market))
  let requests = found.requests
  if (off(found)) {
    const again = await kalshi.candles(market)
    requests += again.requests
    if (!off(again) || again.candles.length > found.candles.length) found = again
  }
  const fault = off(found)
    ? `candles of ${ticker} sum to ${contracts(found.volumeCenti)} contracts, its volume is ${contracts(volumeCenti!)}`
    : null
  return {
    ticker,
    rows: found.candles,
    fault,
    proof: {
      candles: found.candles.length,
      candle_volume_centi: found.volumeCenti,
      volume_centi: volumeCenti,
      requests,
    },
  }
}

type Ids = ReadonlyMap<string, number>

/** Prints of several markets as columns. */
export const tradeRows = (prices: readonly MarketPrices<KalshiTrade>[], ids: Ids): TradeRows =>
  tradeColumns(prices.map(({ ticker, rows }) => ({ marketId: ids.get(ticker)!, from: 0, trades: rows })))

/** Candles of several markets as columns. */
export const candleRows = (prices: readonly MarketPrices<KalshiCandle>[], ids: Ids): CandleRows =>
  candleColumns(prices.map(({ ticker, rows }) => ({ marketId: ids.get(ticker)!, candles: rows })))
