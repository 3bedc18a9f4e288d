import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Benchmark } from '../../../src/domain/config/production-config.ts'
import { type Prices, pricesFromCandles, pricesFromTrades } from '../../../src/domain/features/index.ts'
import { benchmarkProbability, MAX_SIDE_AGE, readingsAt, sidesAt } from '../../../src/domain/market/index.ts'

const [gone, BENCHMARKS] = [Number.NaN, ['half-way', 'mid', 'last'] as const satisfies readonly Benchmark[]]

/** Prints, the taker's side first: `yes` lifts the ask, `no` hits the bid. */
const printed = (...prints: readonly (readonly [minute: number, taker: 'yes' | 'no', cents: number])[]): Prices =>
  pricesFromTrades({
    tsMs: Float64Array.from(prints, ([minute]) => 60_000 * minute - 1),
    price: Int16Array.from(prints, ([, , cents]) => 100 * cents),
    countCenti: new Int32Array(prints.length).fill(100),
    takerYes: Uint8Array.from(prints, ([, taker]) => Number(taker === 'yes')),
  })

/** Candles of one minute after the other, cents; null for an empty side, and for no trade. */
const candles = (
  rows: readonly (readonly [bid: number | null, ask: number | null, price: number | null])[],
  before?: number,
): Prices => {
  const column = (k: 0 | 1 | 2) =>
    Int16Array.from(rows, (row) => {
      const cents = row[k]
      return cents === null ? -1 : 100 * cents
    })
  const volumeCenti = new Int32Array(rows.length)
  const endMinute = Int32Array.from(rows, (_, i) => i + 1)
  const stored = { endMinute, bidClose: column(0), askClose: column(1), priceClose: column(2), volumeCenti }
  return pricesFromCandles(stored, before)
}

const newest = (prices: Prices, later = 0) => {
  const row = prices.endMinute.length - 1
  return readingsAt(prices, row, prices.endMinute[row]! + later)
}

describe('the readings of a tape', () => {
  it.each<[string, Prices, object]>([
    ['have no middle with one side', printed([1, 'no', 40]), { last: 40, middle: gone }],
    ['have the mean of both sides', printed([1, 'no', 40], [2, 'yes', 45]), { last: 45, middle: 42.5 }],
    [
      'have no middle where a print contradicts the other side',
      printed([1, 'no', 50], [2, 'yes', 45]),
      { last: 45, middle: gone },
    ],
    [
      'have a middle of sides as old as they may be',
      printed([1, 'yes', 45], [1 + MAX_SIDE_AGE, 'no', 40]),
      { last: 40, middle: 42.5 },
    ],
    [
      'have no middle of an older side',
      printed([1, 'yes', 45], [2 + MAX_SIDE_AGE, 'no', 40]),
      { last: 40, middle: gone },
    ],
  ])('%s', (_, prices, readings) => expect(newest(prices)).toEqual(readings))

  it('grow older than their row where they are looked at later', () => {
    const prices = printed([1, 'yes', 45], [11, 'no', 40])
    expect(newest(prices, 5).middle).toBe(42.5)
    expect(newest(prices, 6)).toEqual({ last: 40, middle: gone })
  })
})

describe('the readings of quotes', () => {
  it.each<[string, Prices, object]>([
    ['have no last trade before the first', candles([[40, 44, null]]), { last: gone, middle: 42 }],
    [
      'carry the last trade on',
      candles([
        [40, 44, 43],
        [30, 34, null],
      ]),
      { last: 43, middle: 32 },
    ],
    ['go on from the trade before the first candle', candles([[40, 44, null]], 7), { last: 7, middle: 42 }],
    ['have no middle with an empty side', candles([[40, null, 41]]), { last: 41, middle: gone }],
    ['have no middle where the ask is 100', candles([[40, 100, 41]]), { last: 41, middle: gone }],
    ['have no middle of a locked book', candles([[40, 40, 41]]), { last: 41, middle: gone }],
    ['have the price alone where a crossed book has not traded', candles([[44, 40, null]]), { last: 42, middle: gone }],
  ])('%s', (_, prices, readings) => expect(newest(prices)).toEqual(readings))
})

describe('the sides of a row', () => {
  it('say in which minute each was seen', () => {
    const prices = printed([3, 'no', 40], [9, 'yes', 45])
    expect(sidesAt(prices, 1)).toEqual({ bid: 40, ask: 45, bidAt: 3, askAt: 9 })
  })

  it('are none of a crossed book', () => {
    expect(sidesAt(candles([[44, 40, 42]]), 0)).toMatchObject({ bid: gone, ask: gone })
  })
})

describe('the probability of a benchmark', () => {
  const cents = fc.integer({ min: 1, max: 9999 }).map((x) => x / 100)
  const odds = (p: number) => Math.log(p / (1 - p))

  it.each<[Benchmark, number, number, number]>([
    ['last', 40, 44, 0.4],
    ['last', gone, 44, 0.44],
    ['mid', 40, 44, 0.44],
    ['mid', 40, gone, 0.4],
    ['half-way', 40, gone, 0.4],
    ['half-way', gone, 44, 0.44],
    ['half-way', 44, 44, 0.44],
    ['half-way', 20, 80, 0.5],
    ['half-way', 50, 90, 0.75], // odds 1 and 9: their geometric mean is 3
    ['half-way', 0, 0, 1e-6],
    ['half-way', 100, gone, 1 - 1e-6],
  ])('%s of the last trade %d and the middle %d is %d', (benchmark, last, middle, p) => {
    expect(benchmarkProbability(benchmark, last, middle)).toBeCloseTo(p, 15)
  })

  it('is NaN without either reading', () => {
    for (const benchmark of BENCHMARKS) expect(benchmarkProbability(benchmark, gone, gone)).toBeNaN()
  })

  it('lies as far from one reading as from the other in log-odds when it is half-way', () => {
    fc.assert(
      fc.property(cents, cents, (last, middle) => {
        const p = benchmarkProbability('half-way', last, middle)
        expect(odds(p) - odds(last / 100)).toBeCloseTo(odds(middle / 100) - odds(p), 9)
        expect(p).toBe(benchmarkProbability('half-way', middle, last))
      }),
    )
  })

  it('of NO is one less that of YES', () => {
    fc.assert(
      fc.property(cents, cents, fc.constantFrom(...BENCHMARKS), (last, middle, benchmark) => {
        const no = benchmarkProbability(benchmark, 100 - last, 100 - middle)
        expect(no).toBeCloseTo(1 - benchmarkProbability(benchmark, last, middle), 12)
      }),
    )
  })

  it('is a number within the clip at every row that has a price', () => {
    const side = fc.option(fc.integer({ min: 1, max: 99 }))
    const rows = fc.array(fc.tuple(side, side, side), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(rows, fc.constantFrom(...BENCHMARKS), (made, benchmark) => {
        const prices = candles(made)
        for (const [row, mid] of prices.mid.entries()) {
          const { last, middle } = readingsAt(prices, row)
          const p = benchmarkProbability(benchmark, last, middle)
          if (!Number.isNaN(mid)) expect(p >= 1e-6 && p <= 1 - 1e-6).toBe(true)
        }
      }),
    )
  })
})
