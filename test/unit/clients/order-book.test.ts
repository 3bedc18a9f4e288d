import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrderBook } from '../../../src/data/clients/kalshi/order-book.ts'

const book = (fields: Record<string, unknown>) => OrderBook.from(fields, 'a book')

describe('OrderBook', () => {
  it('offers YES at what is left of the best bid for NO, in whatever order levels come', () => {
    const yes = [
      ['0.4000', '11.77'],
      ['0.0100', '6677.00'],
    ]
    const no = [
      ['0.5900', '48.00'],
      ['0.0100', '1612.17'],
    ]
    const top = { bid: 4000, bidSizeCenti: 1177, ask: 4100, askSizeCenti: 4800 }
    expect(book({ yes_dollars: yes, no_dollars: no }).top()).toEqual(top)
    expect(book({ yes_dollars_fp: yes.toReversed(), no_dollars_fp: no.toReversed() }).top()).toEqual(top)
  })

  it.each([
    ['empty lists', { yes_dollars: [], no_dollars: [] }],
    ['null', { yes_dollars: null, no_dollars: null }],
    ['no keys', {}],
  ])('has no prices with %s', (_, fields) => {
    expect(book(fields).top()).toEqual({ bid: null, bidSizeCenti: 0, ask: null, askSizeCenti: 0 })
  })

  it('takes a delta as a change, and says when it takes more than there was', () => {
    const one = book({ yes_dollars: [['0.3400', '54.00']] })
    expect(one.change('yes', 3400, -5400)).toBe(true)
    expect(one.top().bid).toBeNull()
    expect(one.change('no', 6400, 2000)).toBe(true)
    expect(one.top()).toMatchObject({ ask: 3600, askSizeCenti: 2000 })
    expect(one.change('no', 6400, -2001)).toBe(false)
  })

  it.each([
    ['a price of a dollar', [['1.0000', '1.00']]],
    ['a price of nothing', [['0.0000', '1.00']]],
    ['numbers', [[0.34, 54]]],
    ['a negative count', [['0.3400', '-1.00']]],
    ['a word', 'book'],
    ['a level of one', [['0.3400']]],
  ])('refuses %s', (_, yes) => {
    expect(() => book({ yes_dollars: yes })).toThrow(expect.objectContaining({ code: 'KALSHI_FIELD' }))
  })

  it('ends where the sum of all changes says, in any order that never falls below nothing', () => {
    const change = fc.tuple(
      fc.constantFrom('yes' as const, 'no' as const),
      fc.integer({ min: 1, max: 9999 }),
      fc.nat(1e6),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const [forth, back] = [new OrderBook(), new OrderBook()]
        for (const [side, price, count] of changes) forth.change(side, price, count)
        for (const [side, price, count] of changes.toReversed()) back.change(side, price, count)
        expect(forth.top()).toEqual(back.top())
        for (const [side, price, count] of changes) forth.change(side, price, -count)
        expect(forth.top()).toMatchObject({ bid: null, ask: null })
      }),
    )
  })
})
