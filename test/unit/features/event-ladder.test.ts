import { describe, expect, it } from 'vitest'
import { priceAsOf } from '../../../src/domain/features/event-ladder.ts'
import { eventLadder, ladderPrices, MAX_QUOTE_AGE, type Prices } from '../../../src/domain/features/index.ts'
import { pricesFromTrades } from '../../../src/domain/features/prices.ts'
import type { StrikeType } from '../../../src/domain/market/index.ts'

const prices = (rows: readonly (readonly [minute: number, mid: number])[]): Prices => {
  const mid = Float64Array.from(rows, ([, cents]) => cents)
  return { endMinute: Int32Array.from(rows, ([minute]) => minute), mid, bid: mid, ask: mid, volume: mid }
}
const market = (
  id: number,
  type: StrikeType,
  floor: number | null,
  cap: number | null,
  result: 'yes' | 'no' | null,
) => ({
  market_id: id,
  ticker: `M${id}`,
  strike_type: type,
  floor_strike: floor,
  cap_strike: cap,
  result,
})
const whole = [
  market(3, 'greater', 63, null, 'no'),
  market(1, 'less', null, 62, 'no'),
  market(2, 'between', 62, 63, 'yes'),
]

describe('the price as of a minute', () => {
  const rows = prices([
    [100, 40],
    [110, Number.NaN],
    [130, 50],
  ])

  it.each([
    ['nothing before the first row', 99, Number.NaN],
    ['the row of the minute itself', 100, 40],
    ['the newest row before it', 109, 40],
    ['nothing once a side of the book is empty', 111, Number.NaN],
    ['never a row that comes later', 129, Number.NaN],
    ['a row as old as allowed', 130 + MAX_QUOTE_AGE, 50],
    ['nothing from an older row', 131 + MAX_QUOTE_AGE, Number.NaN],
  ])('is %s', (_, minute, cents) => expect(priceAsOf(rows, minute)).toBe(cents))

  it('is nothing without prices', () => {
    expect(priceAsOf(null, 100)).toBeNaN()
    expect(priceAsOf(prices([]), 100)).toBeNaN()
  })
})

describe('the ladder of an event', () => {
  it('has the own row as it is, the others as they were known, and nothing that is old', () => {
    const at = new Map([
      [1, prices([[100, 5]])],
      [2, prices([[90, 60]])],
      [3, prices([[84, 30]])],
    ])
    const ladder = eventLadder(whole, at)
    expect([...ladderPrices(ladder, 100, 'last', { rung: 0, price: 0.07 })]).toEqual([0.07, 0.6, Number.NaN])
  })

  it('reads every rung by the benchmark, its sides as old as they are at the minute', () => {
    const tape = (bidAt: number) =>
      pricesFromTrades({
        tsMs: Float64Array.of(60_000 * bidAt - 1, 60_000 * 100 - 1),
        price: Int16Array.of(4000, 6000),
        countCenti: Int32Array.of(100, 100),
        takerYes: Uint8Array.of(0, 1),
      })
    const ladder = eventLadder(
      whole,
      new Map([
        [1, tape(99)],
        [2, tape(90)],
        [3, prices([[100, 50]])],
      ]),
    )
    const at = (minute: number, benchmark: 'last' | 'mid' | 'half-way') => [...ladderPrices(ladder, minute, benchmark)]
    expect(at(105, 'mid')).toEqual([0.5, 0.5, 0.5])
    expect(at(106, 'mid')).toEqual([0.5, 0.6, 0.5])
    expect(at(106, 'last')).toEqual([0.6, 0.6, 0.5])
    // Odds 3/2 and 1: their geometric mean.
    expect(at(106, 'half-way')[0]).toBeCloseTo(Math.sqrt(1.5) / (1 + Math.sqrt(1.5)), 14)
  })

  it('runs from the coldest rung up and knows which one won', () => {
    const ladder = eventLadder(whole, new Map())
    expect(ladder.rungs.map(({ ticker }) => ticker)).toEqual(['M1', 'M2', 'M3'])
    expect(ladder).toMatchObject({ whole: true, outcome: 1 })
  })

  it.each([
    ['a rung is missing', whole.slice(1)],
    ['a degree is paid twice', [...whole, market(4, 'between', 63, 64, 'no')]],
    ['a market has lost its strike', [...whole.slice(1), market(3, 'greater', null, null, 'no')]],
  ])('is not whole where %s', (_, markets) => expect(eventLadder(markets, new Map()).whole).toBe(false))

  it('does not know the outcome where none or two won', () => {
    expect(eventLadder([{ ...whole[0]!, result: 'yes' }, ...whole.slice(1)], new Map()).outcome).toBe(-1)
    expect(eventLadder(whole.slice(0, 2), new Map()).outcome).toBe(-1)
  })
})
