import type { CandleRows, TradeRows } from 'kwx/database'
import type { KalshiCandle, KalshiCandles, KalshiMarket, KalshiSource, KalshiTrade } from 'kwx/sources'

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

/** Prints of one market; `from` is the ordinal of the first. */
interface MarketTrades {
  readonly marketId: number
  readonly from: number
  readonly trades: readonly KalshiTrade[]
}

/** Prints of several markets as columns; the ordinal is the exchange's order within each market. */
function tradeColumns(markets: readonly MarketTrades[]): TradeRows {
  const n = markets.reduce((sum, { trades }) => sum + trades.length, 0)
  const out = {
    marketId: new Int32Array(n),
    ordinal: new Int32Array(n),
    tsMs: new Float64Array(n),
    price: new Int16Array(n),
    countCenti: new Int32Array(n),
    takerYes: new Uint8Array(n),
  }
  let i = 0
  for (const { marketId, from, trades } of markets) {
    trades.forEach((trade, k) => {
      out.marketId[i] = marketId
      out.ordinal[i] = from + k
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
function candleColumns(
  markets: readonly { readonly marketId: number; readonly candles: readonly KalshiCandle[] }[],
): CandleRows {
  const n = markets.reduce((sum, { candles }) => sum + candles.length, 0)
  const out = {
    marketId: new Int32Array(n),
    endMinute: new Int32Array(n),
    price: bars(n),
    bid: bars(n),
    ask: bars(n),
    volumeCenti: new Int32Array(n),
    openInterestCenti: new Int32Array(n),
  }
  const put = (to: ReturnType<typeof bars>, i: number, bar: KalshiCandle['price']) => {
    for (const leg of LEGS) to[leg][i] = bar[leg] ?? -1
  }
  let i = 0
  for (const { marketId, candles } of markets) {
    for (const candle of candles) {
      out.marketId[i] = marketId
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
