import type { Prices } from 'kwx/features'
import { quoteState, sidesAt } from 'kwx/market'
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

/** The book at a row, of the sides that `sidesAt` leaves. */
export function bookAt(prices: Prices, row: number): BookAt {
  const minute = prices.endMinute[row]!
  const { bid: seenBid, ask: seenAsk, bidAt, askAt } = sidesAt(prices, row)
  const sides = [...(Number.isNaN(seenBid) ? [] : [bidAt]), ...(Number.isNaN(seenAsk) ? [] : [askAt])]
  const age = sides.length === 0 ? null : minute - Math.min(...sides)
  const state = quoteState(seenBid, seenAsk)
  if (state !== 'quoted') {
    return { state: state === 'empty' ? 'empty_book' : 'one_sided_book', bid: seenBid, ask: seenAsk, age }
  }
  return { state: age! > MAX_BOOK_AGE ? 'stale_book' : 'quoted', bid: seenBid, ask: seenAsk, age }
}
