import fc from 'fast-check'
import { randomFrom } from 'kwx/random'
import { ece, marketHourWeights, perfectEce } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { simulateLadders } from '../../support/simulated-ladders.ts'

describe('perfectEce', () => {
  it('of one market at 0.3 is 0.3 or 0.7', () => {
    const rows = { day: [1, 1], market: [1, 1], p: [0.3, 0.3], weight: [1, 1] }
    const found = perfectEce(rows, randomFrom('a'), { draws: 4000 })
    // 0.7 · 0.3 + 0.3 · 0.7
    expect(found.mean).toBeCloseTo(0.42, 1)
    expect(found.high).toBeCloseTo(0.7, 12)
  })

  it('puts an edge into the bin below it', () => {
    // In one bin, by hand: 0.2 · 0.55 + 0.3 · 0.05 + 0.2 · 0.05 + 0.3 · 0.45; in two it would be 0.49.
    const rows = { day: [1, 1], market: [1, 2], p: [0.5, 0.4], weight: [1, 1] }
    expect(perfectEce(rows, randomFrom('edge'), { draws: 4000, bins: 2 }).mean).toBeCloseTo(0.27, 1)
  })

  it('is 0 of certain forecasts', () => {
    const rows = { day: [1, 1], market: [1, 2], p: [0, 1], weight: [1, 3] }
    expect(perfectEce(rows, randomFrom('b'))).toEqual({ mean: 0, high: 0, draws: 500 })
  })

  it('draws markets of two days apart, and rows of a market together', () => {
    const n = 400
    const p = new Float64Array(n).fill(0.5)
    const weight = new Float64Array(n).fill(1)
    const index = Int32Array.from(p, (_, i) => i)
    const same = new Int32Array(n)
    const apart = perfectEce({ day: index, market: same, p, weight }, randomFrom('c'))
    const together = perfectEce({ day: same, market: same, p, weight }, randomFrom('c'))
    expect(apart.mean).toBeLessThan(0.04)
    expect(together.mean).toBeCloseTo(0.5, 12)
  })

  it('lies in [0, 1], with the edges of the bins of ece', () => {
    const row = fc.record({ p: fc.integer({ min: 0, max: 10 }).map((k) => k / 10), w: fc.integer({ min: 1, max: 3 }) })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 10 }), (list, bins) => {
        // All rows in one market: of any draw the labels are 1 above a threshold.
        const [p, weight] = [list.map(({ p }) => p), list.map(({ w }) => w)]
        const none = p.map(() => 0)
        const { mean, high } = perfectEce({ day: none, market: none, p, weight }, randomFrom('d'), { draws: 40, bins })
        const thresholds = [...new Set([...p, -1])]
        const possible = thresholds.map((t) =>
          ece(
            p.map((one) => (one > t ? 1 : 0)),
            p,
            bins,
            weight,
          ),
        )
        expect(possible.some((one) => Math.abs(one - high) < 1e-12)).toBe(true)
        expect(mean).toBeGreaterThanOrEqual(Math.min(...possible) - 1e-12)
        expect(mean).toBeLessThanOrEqual(Math.max(...possible) + 1e-12)
      }),
    )
  })

  it('is about the ECE of the truth on simulated ladders', () => {
    let actual = 0
    let expected = 0
    let above = 0
    const runs = 30
    for (let run = 0; run < runs; run++) {
      const { day, market, hour, label, truth } = simulateLadders(randomFrom(`ece ${run}`), { days: 60, rows: 3 })
      const weight = marketHourWeights({ day, market, hour })
      const found = ece(label, truth, 10, weight)
      const { mean, high } = perfectEce({ day, market, p: truth, weight }, randomFrom(`draw ${run}`), { draws: 60 })
      actual += found / runs
      expected += mean / runs
      if (found > high) above++
    }
    expect(expected / actual).toBeGreaterThan(0.9)
    expect(expected / actual).toBeLessThan(1.5)
    expect(above).toBeLessThanOrEqual(3)
  })

  it('has no figures without rows, and refuses settings that cannot be', () => {
    const empty = { day: [], market: [], p: [], weight: [] }
    expect(perfectEce(empty, randomFrom('e'))).toMatchObject({ mean: Number.NaN, high: Number.NaN })
    expect(() => perfectEce(empty, randomFrom('e'), { draws: 5 })).toThrow(
      expect.objectContaining({ code: 'SCORE_SETTING' }),
    )
    expect(() => perfectEce({ ...empty, p: [2] }, randomFrom('e'))).toThrow(
      expect.objectContaining({ code: 'SCORE_SHAPE' }),
    )
  })
})
