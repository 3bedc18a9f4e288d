import type { Prices } from 'kwx/features'
import { quoteState } from 'kwx/market'
import { MS_PER_MINUTE } from 'kwx/time'
import { ASSUMPTIONS } from 'kwx/trading'

/** A side of the book that was last seen longer ago is not traded on, minutes: as in the backtest. */
export const MAX_BOOK_AGE = ASSUMPTIONS.quoteAgeMs / MS_PER_MINUTE

/** The best prices at a row, as they may be traded on. */
export interface BookAt {
  readonly state: 'quoted' | 'one_sided_book' | 'empty_book' | 'stale_book'
  /** Cents of YES; NaN for a side that is not there. */
  readonly bid: number
  readonly ask: number
  /** Minutes since the older of the sides was last seen; null without any. */
  readonly age: number | null
}

/**
 * The book at a row. The exchange's 0 and 100 are no prices, a crossed book is none, and a side that a later print of the
 * other contradicts is gone.
 */
export function bookAt({ endMinute, bid, ask, bidSeen, askSeen }: Prices, row: number): BookAt {
  const minute = endMinute[row]!
  const [bidAt, askAt] = [bidSeen?.[row] ?? minute, askSeen?.[row] ?? minute]
  const isCrossed = !bidSeen && bid[row]! >= ask[row]!
  const seenBid = bidAt >= 0 && bid[row]! > 0 && !isCrossed ? bid[row]! : Number.NaN
  const seenAsk = askAt >= 0 && ask[row]! < 100 && !isCrossed ? ask[row]! : Number.NaN
  const sides = [...(Number.isNaN(seenBid) ? [] : [bidAt]), ...(Number.isNaN(seenAsk) ? [] : [askAt])]
  const age = sides.length === 0 ? null : minute - Math.min(...sides)
  const state = quoteState(seenBid, seenAsk)
  if (state !== 'quoted') {
    return { state: state === 'empty' ? 'empty_book' : 'one_sided_book', bid: seenBid, ask: seenAsk, age }
  }
  return { state: age! > MAX_BOOK_AGE ? 'stale_book' : 'quoted', bid: seenBid, ask: seenAsk, age }
}
