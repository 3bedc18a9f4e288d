import { candlesFromTrades, type SidesBefore, type Trades } from '../market/candles-from-trades.ts'
import { midOf } from '../market/quote-state.ts'

/** A market's price rows, whatever they were made from: cents and contracts, NaN for what is not there. */
export interface Prices {
  readonly endMinute: Int32Array
  readonly mid: Float64Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  readonly volume: Float64Array
  /** Mean price of the minute's prints by contract; absent where the rows come from quotes. */
  readonly printMean?: Float64Array
  /** Newest trade up to the row, NaN before the first; absent where the mid is the last trade itself. */
  readonly last?: Float64Array
  /** As in `PriceRows`; absent where a row states both sides itself. */
  readonly bidSeen?: Int32Array
  readonly askSeen?: Int32Array
}

/** The exchange's one-minute candles as they are stored: 1e-4 dollars, -1 for an empty side; 1e-2 contracts. */
interface StoredCandles {
  readonly endMinute: Int32Array
  /** Last trade of the minute; -1 where nothing traded. */
  readonly priceClose: Int16Array
  readonly bidClose: Int16Array
  readonly askClose: Int16Array
  readonly volumeCenti: Int32Array
}

/**
 * Price rows of the exchange's candles: the mid of a quoted minute; none where a side of the book is empty.
 *
 * @param before  the newest trade before the first candle, cents; NaN for none
 */
export function pricesFromCandles(
  { endMinute, priceClose, bidClose, askClose, volumeCenti }: StoredCandles,
  before = Number.NaN,
): Prices {
  const n = endMinute.length
  const [mid, bid, ask, volume] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  const last = new Float64Array(n)
  let traded = before
  for (let i = 0; i < n; i++) {
    bid[i] = bidClose[i]! < 0 ? Number.NaN : bidClose[i]! / 100
    ask[i] = askClose[i]! < 0 ? Number.NaN : askClose[i]! / 100
    mid[i] = midOf(bid[i]!, ask[i]!)
    volume[i] = volumeCenti[i]! / 100
    if (priceClose[i]! >= 0) traded = priceClose[i]! / 100
    last[i] = traded
  }
  return { endMinute, mid, bid, ask, volume, last }
}

/**
 * Price rows of prints: the mid is the last trade, the sides are the last that takers implied, of any age.
 *
 * @param before  as in `candlesFromTrades`
 */
export function pricesFromTrades(trades: Trades, before?: SidesBefore): Prices {
  const { last, mean, ...rows } = candlesFromTrades(trades, before)
  return { ...rows, mid: last, printMean: mean }
}

/** Rows [from, to) of the same memory. */
function part(prices: Prices, from: number, to: number): Prices {
  const { endMinute, mid, bid, ask, volume, printMean, last, bidSeen, askSeen } = prices
  if (from === 0 && to === endMinute.length) return prices
  return {
    endMinute: endMinute.subarray(from, to),
    mid: mid.subarray(from, to),
    bid: bid.subarray(from, to),
    ask: ask.subarray(from, to),
    volume: volume.subarray(from, to),
    ...(printMean && { printMean: printMean.subarray(from, to) }),
    ...(last && { last: last.subarray(from, to) }),
    ...(bidSeen && { bidSeen: bidSeen.subarray(from, to) }),
    ...(askSeen && { askSeen: askSeen.subarray(from, to) }),
  }
}

/** How many of the ascending minutes are at most `minute`. */
export function rowsUntil(endMinute: Int32Array, minute: number): number {
  let [low, high] = [0, endMinute.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (endMinute[middle]! <= minute) low = middle + 1
    else high = middle
  }
  return low
}

/** The rows up to and including a minute: a market's close, or the minute that is looked at. */
export const pricesUntil = (prices: Prices, minute: number): Prices =>
  part(prices, 0, rowsUntil(prices.endMinute, minute))

/** The rows after a minute, and before them the newest one with a price and all that follow it: what was known then. */
export function pricesSince(prices: Prices, minute: number): Prices {
  const after = rowsUntil(prices.endMinute, minute)
  let from = after
  while (from > 0 && Number.isNaN(prices.mid[from - 1]!)) from--
  return part(prices, from > 0 ? from - 1 : after, prices.endMinute.length)
}
