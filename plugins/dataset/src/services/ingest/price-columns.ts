import type { CandleRows, TradeRows } from 'kwx/database'
import type { KalshiCandle, KalshiTrade } from 'kwx/sources'

/** Prints of one market; `from` is the ordinal of the first. */
interface MarketTrades {
  readonly marketId: number
  readonly from: number
  readonly trades: readonly KalshiTrade[]
}

/** Prints of several markets as columns; the ordinal is the exchange's order within each market. */
export function tradeColumns(markets: readonly MarketTrades[]): TradeRows {
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
export function candleColumns(
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
