import type { Benchmark } from '../config/production-config.ts'
import { clipProbability, logit, type MarketP, marketProbability, sigmoid } from '../model/probability.ts'

/** Minutes after which a side of the book that was last seen then is no side of a benchmark; features take it at any age. */
export const MAX_SIDE_AGE = 15

/** Price rows as far as their sides go: cents, NaN for an empty side. */
interface SideRows {
  readonly endMinute: Int32Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  /** As in `PriceRows`; absent where a row states both sides itself. */
  readonly bidSeen?: Int32Array
  readonly askSeen?: Int32Array
}

/** Price rows as far as readings of the market go. */
interface ReadingRows extends SideRows {
  /** The price of a row, cents. */
  readonly mid: Float64Array
  /** Newest trade up to the row, cents, NaN before the first; absent where the price itself is the last trade. */
  readonly last?: Float64Array
}

/** The sides of a row that are there: cents of YES, NaN for none, and the minute in which each was last seen. */
interface Sides {
  readonly bid: number
  readonly ask: number
  readonly bidAt: number
  readonly askAt: number
}

/**
 * The sides of a row. The exchange's 0 and 100 are no prices, a crossed or locked book has no sides, and an implied side
 * that a later print of the other contradicts is gone. The age is not looked at.
 */
export function sidesAt({ endMinute, bid, ask, bidSeen, askSeen }: SideRows, row: number): Sides {
  const minute = endMinute[row]!
  const [bidAt, askAt] = [bidSeen?.[row] ?? minute, askSeen?.[row] ?? minute]
  const isCrossed = !bidSeen && bid[row]! >= ask[row]!
  return {
    bid: bidAt >= 0 && bid[row]! > 0 && !isCrossed ? bid[row]! : Number.NaN,
    ask: askAt >= 0 && ask[row]! < 100 && !isCrossed ? ask[row]! : Number.NaN,
    bidAt,
    askAt,
  }
}

/** What the market says at a row without any model, cents: at least one of the two is there where the row has a price. */
interface Readings {
  /** The newest trade; NaN before the first. */
  readonly last: number
  /** The mean of the two sides; NaN where one is missing, contradicted or older than MAX_SIDE_AGE. */
  readonly middle: number
}

/**
 * The readings of a price row.
 *
 * A crossed book before the first trade has neither; there the row's price stands as `last`.
 *
 * @param minute  at which the row is looked at: sides grow older than the row; absent: the row's own
 */
export function readingsAt(rows: ReadingRows, row: number, minute: number = rows.endMinute[row]!): Readings {
  const { bid, ask, bidAt, askAt } = sidesAt(rows, row)
  const isThere = bid < ask && minute - Math.min(bidAt, askAt) <= MAX_SIDE_AGE
  const middle = isThere ? (bid + ask) / 2 : Number.NaN
  const last = rows.last ? rows.last[row]! : rows.mid[row]!
  return { last: Number.isNaN(last) && !isThere ? rows.mid[row]! : last, middle }
}

/**
 * The market's probability of YES by a benchmark, clipped as every probability is.
 *
 * - `last`: the last trade; the middle before the first trade.
 * - `mid`: the middle; the last trade where there is no middle.
 * - `half-way`: the sigmoid of the mean of both log-odds; the one that is there where the other is not.
 *
 * @param last  cents, NaN for none
 * @param middle  cents, NaN for none
 * @returns NaN without either
 */
export function benchmarkProbability(benchmark: Benchmark, last: number, middle: number): MarketP {
  if (Number.isNaN(last)) return marketProbability(middle)
  if (benchmark === 'last' || Number.isNaN(middle)) return marketProbability(last)
  // Equal readings are not taken through log-odds: their last digits would move.
  if (benchmark === 'mid' || last === middle) return marketProbability(middle)
  const odds = (logit(marketProbability(last)) + logit(marketProbability(middle))) / 2
  return clipProbability(sigmoid(odds)) as MarketP
}
