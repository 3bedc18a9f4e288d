import { type Prices, pricesFromCandles, pricesFromTrades } from 'kwx/features'
import { describe, expect, it } from 'vitest'

import { bookAt, MAX_BOOK_AGE } from '../src/signals/book-at.ts'

/** One minute's quotes; null for a side that the exchange leaves out. */
const quoted = (bid: number | null, ask: number | null): Prices =>
  pricesFromCandles({
    endMinute: Int32Array.of(7),
    priceClose: Int16Array.of(-1),
    bidClose: Int16Array.of(bid === null ? -1 : 100 * bid),
    askClose: Int16Array.of(ask === null ? -1 : 100 * ask),
    volumeCenti: Int32Array.of(0),
  })

/** Prints, the taker's side first: `yes` lifts the ask, `no` hits the bid. */
const printed = (...prints: readonly (readonly [minute: number, taker: 'yes' | 'no', cents: number])[]): Prices =>
  pricesFromTrades({
    tsMs: Float64Array.from(prints, ([minute]) => 60_000 * minute - 1),
    price: Int16Array.from(prints, ([, , cents]) => 100 * cents),
    countCenti: new Int32Array(prints.length).fill(100),
    takerYes: Uint8Array.from(prints, ([, taker]) => Number(taker === 'yes')),
  })

const gone = Number.NaN
const last = (prices: Prices) => bookAt(prices, prices.endMinute.length - 1)

describe('the book of a row of quotes', () => {
  it.each<[string, number | null, number | null, object]>([
    ['two sides', 40, 44, { state: 'quoted', bid: 40, ask: 44, age: 0 }],
    ["the exchange's 0 and 100", 0, 100, { state: 'empty_book', bid: gone, ask: gone, age: null }],
    ['no side', null, null, { state: 'empty_book', bid: gone, ask: gone, age: null }],
    ['a bid alone', 40, null, { state: 'one_sided_book', bid: 40, ask: gone, age: 0 }],
    ['a bid below an ask of 100', 40, 100, { state: 'one_sided_book', bid: 40, ask: gone, age: 0 }],
    ['an ask above a bid of 0', 0, 3, { state: 'one_sided_book', bid: gone, ask: 3, age: 0 }],
    ['crossed sides', 50, 50, { state: 'empty_book', bid: gone, ask: gone, age: null }],
  ])('with %s', (_, bid, ask, book) => expect(last(quoted(bid, ask))).toEqual(book))
})

describe('the book that prints imply', () => {
  it.each<[string, Prices, object]>([
    ['has the side that was hit', printed([1, 'no', 40]), { state: 'one_sided_book', bid: 40, ask: gone, age: 0 }],
    [
      'has the newest of both',
      printed([1, 'no', 40], [2, 'yes', 45], [3, 'yes', 44]),
      { state: 'quoted', ask: 44, age: 2 },
    ],
    [
      'forgets a bid that a later print contradicts',
      printed([1, 'no', 50], [2, 'yes', 45]),
      { state: 'one_sided_book', bid: gone, ask: 45, age: 0 },
    ],
    [
      'forgets an ask that a later print contradicts, until one lifts it again',
      printed([1, 'yes', 45], [2, 'no', 45], [3, 'no', 41]),
      { state: 'one_sided_book', bid: 41, ask: gone, age: 0 },
    ],
    [
      'knows an ask again when a print lifts one',
      printed([1, 'yes', 45], [2, 'no', 45], [3, 'yes', 46]),
      { state: 'quoted', bid: 45, ask: 46, age: 1 },
    ],
    [
      'is as old as it may be',
      printed([1, 'yes', 45], [1 + MAX_BOOK_AGE, 'no', 40]),
      { state: 'quoted', age: MAX_BOOK_AGE },
    ],
    [
      'is stale a minute later',
      printed([1, 'yes', 45], [2 + MAX_BOOK_AGE, 'no', 40]),
      { state: 'stale_book', age: MAX_BOOK_AGE + 1 },
    ],
  ])('%s', (_, prices, book) => expect(last(prices)).toMatchObject(book))
})
