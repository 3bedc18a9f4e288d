import { candlesFromTrades, midOf, type Trades } from '../market/index.ts'

/** A market's price rows, whatever they were made from: cents and contracts, NaN for what is not there. */
export interface Prices {
  readonly endMinute: Int32Array
  readonly mid: Float64Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  readonly volume: Float64Array
  /** Mean price of the minute's prints by contract; absent where the rows come from quotes. */
  readonly printMean?: Float64Array
}

/** The exchange's one-minute candles as they are stored: 1e-4 dollars, -1 for an empty side; 1e-2 contracts. */
export interface StoredCandles {
  readonly endMinute: Int32Array
  readonly bidClose: Int16Array
  readonly askClose: Int16Array
  readonly volumeCenti: Int32Array
}

/** Price rows of the exchange's candles: the mid of a quoted minute; none where a side of the book is empty. */
export function pricesFromCandles({ endMinute, bidClose, askClose, volumeCenti }: StoredCandles): Prices {
  const n = endMinute.length
  const [mid, bid, ask, volume] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  for (let i = 0; i < n; i++) {
    bid[i] = bidClose[i]! < 0 ? Number.NaN : bidClose[i]! / 100
    ask[i] = askClose[i]! < 0 ? Number.NaN : askClose[i]! / 100
    mid[i] = midOf(bid[i]!, ask[i]!)
    volume[i] = volumeCenti[i]! / 100
  }
  return { endMinute, mid, bid, ask, volume }
}

/** Price rows of prints: the mid is the last trade, the sides are the last that takers implied, of any age. */
export function pricesFromTrades(trades: Trades): Prices {
  const { endMinute, last, mean, bid, ask, volume } = candlesFromTrades(trades)
  return { endMinute, mid: last, bid, ask, volume, printMean: mean }
}

/** The rows up to and including the close. Carried quotes were carried before. */
export function untilClose(prices: Prices, closeMinute: number): Prices {
  const { endMinute } = prices
  let n = endMinute.length
  while (n > 0 && endMinute[n - 1]! > closeMinute) n--
  if (n === endMinute.length) return prices
  return {
    endMinute: endMinute.subarray(0, n),
    mid: prices.mid.subarray(0, n),
    bid: prices.bid.subarray(0, n),
    ask: prices.ask.subarray(0, n),
    volume: prices.volume.subarray(0, n),
    ...(prices.printMean && { printMean: prices.printMean.subarray(0, n) }),
  }
}
