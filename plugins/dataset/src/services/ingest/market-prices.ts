import type { CandleRows, TradeRows } from 'kwx/database'
import type { Bar, KalshiCandle, KalshiMarket, KalshiSource, KalshiTrade } from 'kwx/sources'

/** The prices of one market with the proof that none is missing. */
export interface MarketPrices<Row> {
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

/** The candles of a market: their volumes must make up 98 to 100 % of the exchange's own. */
export async function candlesOf(
  kalshi: KalshiSource,
  market: KalshiMarket & { seriesTicker: string },
  settled: boolean,
): Promise<MarketPrices<KalshiCandle>> {
  const { ticker, volumeCenti } = market
  const off = (found: { volumeCenti: number }) =>
    settled &&
    volumeCenti !== null &&
    (found.volumeCenti > volumeCenti || found.volumeCenti < LEAST_SHARE * volumeCenti)
  let found = await kalshi.candles(market)
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

/** Prints of several markets as columns; the ordinal is the exchange's order within each market. */
export function tradeRows(prices: readonly MarketPrices<KalshiTrade>[], ids: Ids): TradeRows {
  const n = prices.reduce((sum, { rows }) => sum + rows.length, 0)
  const out = {
    marketId: new Int32Array(n),
    ordinal: new Int32Array(n),
    tsMs: new Float64Array(n),
    price: new Int16Array(n),
    countCenti: new Int32Array(n),
    takerYes: new Uint8Array(n),
  }
  let i = 0
  for (const { ticker, rows } of prices) {
    rows.forEach((trade, ordinal) => {
      out.marketId[i] = ids.get(ticker)!
      out.ordinal[i] = ordinal
      out.tsMs[i] = trade.tsMs
      out.price[i] = trade.price
      out.countCenti[i] = trade.countCenti
      out.takerYes[i] = trade.takerYes ? 1 : 0
      i++
    })
  }
  return out
}

const LEGS = ['open', 'high', 'low', 'close'] as const
const bars = (n: number) => ({
  open: new Int16Array(n),
  high: new Int16Array(n),
  low: new Int16Array(n),
  close: new Int16Array(n),
})

/** Candles of several markets as columns; -1 where there is no value. */
export function candleRows(prices: readonly MarketPrices<KalshiCandle>[], ids: Ids): CandleRows {
  const n = prices.reduce((sum, { rows }) => sum + rows.length, 0)
  const out = {
    marketId: new Int32Array(n),
    endMinute: new Int32Array(n),
    price: bars(n),
    bid: bars(n),
    ask: bars(n),
    volumeCenti: new Int32Array(n),
    openInterestCenti: new Int32Array(n),
  }
  const put = (to: ReturnType<typeof bars>, i: number, bar: Bar) => {
    for (const leg of LEGS) to[leg][i] = bar[leg] ?? -1
  }
  let i = 0
  for (const { ticker, rows } of prices) {
    for (const candle of rows) {
      out.marketId[i] = ids.get(ticker)!
      out.endMinute[i] = candle.endMinute
      put(out.price, i, candle.price)
      put(out.bid, i, candle.bid)
      put(out.ask, i, candle.ask)
      out.volumeCenti[i] = candle.volumeCenti
      out.openInterestCenti[i] = candle.openInterestCenti
      i++
    }
  }
  return out
}
