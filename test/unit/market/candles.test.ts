import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candlesFromTrades } from '../../../src/domain/market/candles-from-trades.ts'
import { quoteState } from '../../../src/domain/market/index.ts'
import { midOf } from '../../../src/domain/market/quote-state.ts'

type Print = [ms: number, cents: number, contracts: number, takerYes: boolean]
const tape = (prints: Print[]) =>
  candlesFromTrades({
    tsMs: Float64Array.from(prints, ([ms]) => ms),
    price: Int16Array.from(prints, ([, cents]) => cents * 100),
    countCenti: Int32Array.from(prints, ([, , contracts]) => contracts * 100),
    takerYes: Uint8Array.from(prints, ([, , , yes]) => Number(yes)),
  })

describe('candlesFromTrades', () => {
  it('stamps a minute at its end, a print on the minute included in the next', () => {
    expect([
      ...tape([
        [59_999, 40, 1, true],
        [60_000, 41, 1, true],
      ]).endMinute,
    ]).toEqual([1, 2])
  })

  it('takes the last print of the file for prints of one millisecond', () => {
    expect([
      ...tape([
        [5, 40, 1, true],
        [5, 44, 2, false],
        [5, 42, 3, true],
      ]).last,
    ]).toEqual([42])
  })

  it('carries the taker-implied sides, NaN before the first', () => {
    const { bid, ask } = tape([
      [0, 40, 1, true],
      [60_000, 38, 1, false],
      [600_000_000, 45, 1, true],
    ])
    expect([...bid]).toEqual([Number.NaN, 38, 38])
    expect([...ask]).toEqual([40, 40, 45])
  })

  it('counts twins', () => {
    expect([
      ...tape([
        [0, 40, 2, true],
        [0, 40, 2, true],
      ]).volume,
    ]).toEqual([4])
  })

  it('gives one row per minute with a print and loses no contract, in whatever order prints come', () => {
    const prints = fc.tuple(
      fc.nat(3_600_000),
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 500 }),
      fc.boolean(),
    )
    fc.assert(
      fc.property(fc.array(prints), (list) => {
        const rows = tape(list as Print[])
        expect([...rows.endMinute]).toEqual(
          [...new Set(list.map(([ms]) => Math.floor(ms / 60_000) + 1))].sort((a, b) => a - b),
        )
        expect(rows.volume.reduce((a, b) => a + b, 0)).toBeCloseTo(
          list.reduce((sum, [, , c]) => sum + c, 0),
          6,
        )
      }),
    )
  })
})

describe('quoteState', () => {
  it.each([
    [34, 36, 'quoted', 35],
    [Number.NaN, 36, 'one-sided', Number.NaN],
    [34, Number.NaN, 'one-sided', Number.NaN],
    [Number.NaN, Number.NaN, 'empty', Number.NaN],
    [0, 100, 'empty', Number.NaN],
  ])('of %d and %d is %s', (bid, ask, state, mid) => {
    expect(quoteState(bid, ask)).toBe(state)
    expect(midOf(bid, ask)).toBe(mid)
  })
})
