import { candleEndMinute } from '../../base/time/days.ts'

/** Prints of one market in the exchange's order, as columns: 1e-4 dollars, 1e-2 contracts, epoch ms. */
export interface Trades {
  readonly tsMs: Float64Array
  readonly price: Int16Array
  readonly countCenti: Int32Array
  /** 1 where the taker bought YES: the print lifted the ask. 0: it hit the bid. */
  readonly takerYes: Uint8Array
}

/** One row per minute in which something happened. Prices in cents, volume in contracts. */
interface PriceRows {
  /** Stamp at the end of the minute. */
  readonly endMinute: Int32Array
  /** Last trade of the minute; NaN where nothing traded. */
  readonly last: Float64Array
  /** Mean price of the minute's prints, each contract counting once. */
  readonly mean: Float64Array
  /** Best prices at the end of the minute; NaN where there is none. */
  readonly bid: Float64Array
  readonly ask: Float64Array
  /** Stamp of the minute in which the side was last seen; -1 where there is none, or a later print of the other contradicts it. */
  readonly bidSeen: Int32Array
  readonly askSeen: Int32Array
  readonly volume: Float64Array
}

/** The sides as they were last seen before some prints. */
export interface SidesBefore {
  readonly bid: number
  readonly ask: number
  readonly bidSeen: number
  readonly askSeen: number
}

/**
 * One-minute candles from prints: one row for every minute with at least one.
 *
 * `last` is the last print in the exchange's order (prints share milliseconds). `ask` is the newest price at which a
 * taker bought YES, `bid` the newest at which one bought NO, both since the market opened: there is no book in a tape,
 * and so no age at which these prices stop being the last that were seen. Twins are real and all count.
 *
 * @param before  of the row before, for prints that go on where others ended; absent: since the market opened
 * @cost  O(n), O(n log n) where the prints are not in time order
 */
export function candlesFromTrades(
  { tsMs, price, countCenti, takerYes }: Trades,
  before: SidesBefore = { bid: Number.NaN, ask: Number.NaN, bidSeen: -1, askSeen: -1 },
): PriceRows {
  const n = tsMs.length
  const order = timeOrder(tsMs)
  const endMinute = new Int32Array(n)
  const [last, bid, ask, volume] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  const mean = new Float64Array(n)
  const [bidSeen, askSeen] = [new Int32Array(n), new Int32Array(n)]
  let [row, lastBid, lastAsk, centi, paid] = [-1, before.bid, before.ask, 0, 0]
  let [bidAt, askAt] = [before.bidSeen, before.askSeen]
  for (let k = 0; k < n; k++) {
    const i = order ? order[k]! : k
    const minute = candleEndMinute(tsMs[i]!)
    if (row < 0 || minute !== endMinute[row]) {
      endMinute[++row] = minute
      centi = 0
      paid = 0
    }
    if (takerYes[i]) {
      lastAsk = price[i]! / 100
      askAt = minute
      if (lastBid >= lastAsk) bidAt = -1
    } else {
      lastBid = price[i]! / 100
      bidAt = minute
      if (lastAsk <= lastBid) askAt = -1
    }
    centi += countCenti[i]!
    paid += countCenti[i]! * price[i]! // whole numbers: exact, and the same in any order
    last[row] = price[i]! / 100
    bid[row] = lastBid
    ask[row] = lastAsk
    bidSeen[row] = bidAt
    askSeen[row] = askAt
    volume[row] = centi / 100
    mean[row] = centi > 0 ? paid / centi / 100 : last[row]!
  }
  const rows = row + 1
  return {
    endMinute: endMinute.slice(0, rows),
    last: last.slice(0, rows),
    mean: mean.slice(0, rows),
    bid: bid.slice(0, rows),
    ask: ask.slice(0, rows),
    bidSeen: bidSeen.slice(0, rows),
    askSeen: askSeen.slice(0, rows),
    volume: volume.slice(0, rows),
  }
}

/** Stable order by time, or null where the prints already are in it. */
function timeOrder(tsMs: Float64Array): Uint32Array | null {
  let sorted = true
  for (let i = 1; sorted && i < tsMs.length; i++) sorted = tsMs[i - 1]! <= tsMs[i]!
  if (sorted) return null
  return Uint32Array.from(tsMs, (_, i) => i).sort((a, b) => tsMs[a]! - tsMs[b]! || a - b)
}
