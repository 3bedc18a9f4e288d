import fc from 'fast-check'
import {
  dayBlockBootstrap,
  marketHourBootstrap,
  marketHourDayMeans,
  marketHourSums,
  marketHourWeights,
  weightedMeans,
} from 'kwx/scores'
import { describe, expect, it } from 'vitest'

const rows = fc.array(
  fc.record({
    day: fc.integer({ min: 20_000, max: 20_006 }),
    market: fc.integer({ min: -2, max: 3 }),
    hour: fc.integer({ min: 0, max: 3 }),
    value: fc.double({ min: -1, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 60 },
)
const columns = (list: readonly { day: number; market: number; hour: number; value: number }[]) => ({
  keys: {
    day: Int32Array.from(list, ({ day }) => day),
    market: Int32Array.from(list, ({ market }) => market),
    hour: Int32Array.from(list, ({ hour }) => hour),
  },
  values: Float64Array.from(list, ({ value }) => value),
})

// Day 7: market 1 has three rows in hour 9 and one in hour 10, market 2 one in hour 9. Day 5: one row.
const table = {
  keys: { day: [7, 7, 7, 7, 7, 5], market: [1, 1, 1, 1, 2, 3], hour: [9, 9, 9, 10, 9, 9] },
  values: [3, 0, 0, 5, -2, 8],
}

describe('marketHourWeights', () => {
  it('are 1 / rows of the market-hour', () => {
    expect(Array.from(marketHourWeights(table.keys))).toEqual([1 / 3, 1 / 3, 1 / 3, 1, 1, 1])
  })

  it('tell the same market and hour of two days apart', () => {
    expect(Array.from(marketHourWeights({ day: [1, 2], market: [1, 1], hour: [9, 9] }))).toEqual([1, 1])
  })

  it('sum to the number of market-hours', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const distinct = new Set(list.map(({ day, market, hour }) => `${day}/${market}/${hour}`)).size
        expect(marketHourWeights(columns(list).keys).reduce((a, b) => a + b, 0)).toBeCloseTo(distinct, 9)
      }),
    )
  })

  it('refuse columns of different lengths and parts of numbers', () => {
    expect(() => marketHourWeights({ day: [1], market: [1, 2], hour: [1] })).toThrow(
      expect.objectContaining({ code: 'SCORE_SHAPE', message: expect.stringContaining('1 of day, 2 of market') }),
    )
    expect(() => marketHourWeights({ day: [1.5], market: [1], hour: [1] })).toThrow(
      expect.objectContaining({ code: 'SCORE_VALUE', message: expect.stringContaining('day is 1.5 in row 0') }),
    )
  })
})

describe('marketHourSums', () => {
  it('adds the means within market-hours by day', () => {
    const daily = marketHourSums(table.keys, table.values)
    expect(Array.from(daily.days)).toEqual([5, 7])
    expect(Array.from(daily.sums)).toEqual([8, 1 + 5 - 2])
    expect(Array.from(daily.counts)).toEqual([1, 3])
    expect(Array.from(marketHourDayMeans(daily))).toEqual([8, 4 / 3])
  })

  it('gives empty columns without rows', () => {
    expect(marketHourSums({ day: [], market: [], hour: [] }, []).days).toHaveLength(0)
  })

  it('does not change when rows are doubled or reordered', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const once = columns(list)
        const twice = columns([...list, ...list].reverse())
        const a = marketHourSums(once.keys, once.values)
        const b = marketHourSums(twice.keys, twice.values)
        expect(b.days).toEqual(a.days)
        expect(b.counts).toEqual(a.counts)
        b.sums.forEach((sum, d) => {
          expect(sum).toBeCloseTo(a.sums[d]!, 12)
        })
      }),
    )
  })

  it('refuses a loss that is not finite', () => {
    expect(() => marketHourSums({ day: [1], market: [1], hour: [1] }, [Number.NaN])).toThrow(
      expect.objectContaining({ code: 'SCORE_VALUE' }),
    )
  })
})

describe('marketHourBootstrap', () => {
  it('is the weighted bootstrap of the rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const { keys, values } = columns(list)
        const options = { seed: 3, draws: 60 }
        const rowwise = dayBlockBootstrap(keys.day, values, { ...options, weight: marketHourWeights(keys) })
        const daily = marketHourBootstrap(marketHourSums(keys, values), options)
        expect(daily.days).toBe(rowwise.days)
        for (const end of ['mean', 'low', 'high'] as const) {
          if (Number.isNaN(rowwise[end])) expect(daily[end]).toBeNaN()
          else expect(daily[end]).toBeCloseTo(rowwise[end], 10)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('weightedMeans', () => {
  it('weighs rows, market-hours and days', () => {
    const found = weightedMeans(table.keys, table.values, { seed: 1 })
    expect(found.perRow.mean).toBeCloseTo(14 / 6, 12)
    expect(found.perMarketHour.mean).toBeCloseTo(12 / 4, 12)
    expect(found.perEventDay.mean).toBeCloseTo((8 + 4 / 3) / 2, 12)
    expect([found.perRow.days, found.perMarketHour.days, found.perEventDay.days]).toEqual([2, 2, 2])
  })

  it('agrees with itself when each market-hour has one row and each day as many', () => {
    const keys = { day: [1, 1, 2, 2, 3, 3], market: [1, 1, 2, 2, 3, 3], hour: [1, 2, 1, 2, 1, 2] }
    const { perRow, perMarketHour, perEventDay } = weightedMeans(keys, [1, 2, 3, 4, 5, 9], { seed: 1 })
    for (const end of ['mean', 'low', 'high'] as const) {
      expect(perMarketHour[end]).toBeCloseTo(perRow[end], 12)
      expect(perEventDay[end]).toBeCloseTo(perRow[end], 12)
    }
  })
})
