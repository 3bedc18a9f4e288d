import fc from 'fast-check'
import { randomFrom } from 'kwx/random'
import { dailyMeans, dieboldMariano } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { studentTwoSided } from '../../../src/domain/scores/student-t.ts'

const series = fc.array(
  fc.integer({ min: -50, max: 50 }).map((k) => k / 10),
  { minLength: 2, maxLength: 40 },
)

describe('studentTwoSided', () => {
  // quantiles of the printed tables, to the digits they were computed with
  it.each([
    [0, 5, 1],
    [1, 1, 0.5],
    [12.706204736174707, 1, 0.05],
    [2.228138851986273, 10, 0.05],
    [-2.228138851986273, 10, 0.05],
    [2.003240718847872, 56, 0.05],
    [3.169272672616872, 10, 0.01],
    [Number.POSITIVE_INFINITY, 3, 0],
  ])('of %d with %i degrees of freedom is %d', (t, degrees, expected) =>
    expect(Math.abs(studentTwoSided(t, degrees) - expected)).toBeLessThan(1e-10),
  )
  it('with two degrees of freedom is 1 − |t| / √(2 + t²)', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (t) => {
        expect(studentTwoSided(t, 2)).toBeCloseTo(1 - Math.abs(t) / Math.sqrt(2 + t * t), 11)
      }),
    )
  })
})

describe('dieboldMariano', () => {
  it('without lags is the test of a mean, computed by hand', () => {
    // mean 2, variance (1 + 0 + 1) / 3, error √(2/3 / 3)
    const found = dieboldMariano([1, 2, 3], { lags: 0 })
    expect(found).toMatchObject({ mean: 2, days: 3, lags: 0 })
    expect(found.standardError).toBeCloseTo(Math.SQRT2 / 3, 12)
    expect(found.statistic).toBeCloseTo(3 * Math.SQRT2, 12)
    expect(found.pValue).toBeCloseTo(1 - Math.sqrt(18 / 20), 11)
  })

  it('with lags adds weighted autocovariances, computed by hand', () => {
    // u = −2, −1, 1, 2: γ0 = 10/4, γ1 = (2 − 1 + 2)/4, γ2 = (−2 − 2)/4; long run 10/4 + 4/3 · 3/4 + 2/3 · (−1)
    const { standardError } = dieboldMariano([1, 2, 4, 5], { lags: 2 })
    expect(standardError).toBeCloseTo(Math.sqrt((2.5 + 1 - 2 / 3) / 4), 12)
  })

  it.each([
    [2, 1],
    [14, 2],
    [56, 3],
    [100, 4],
    [400, 5],
  ])('takes, of %i days, %i lags', (days, lags) =>
    expect(dieboldMariano(Float64Array.from({ length: days }, (_, t) => Math.sin(t * t))).lags).toBe(lags),
  )

  it('turns its sign with the forecasts, and does not depend on the unit', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 9 }), (d, unit) => {
        const found = dieboldMariano(d)
        const turned = dieboldMariano(d.map((value) => -value))
        const scaled = dieboldMariano(d.map((value) => unit * value))
        expect(turned.mean).toBeCloseTo(-found.mean, 12)
        if (Number.isNaN(found.statistic)) {
          expect(turned.statistic).toBeNaN()
          return
        }
        expect(turned.statistic).toBeCloseTo(-found.statistic, 9)
        expect(turned.pValue).toBeCloseTo(found.pValue, 12)
        expect(scaled.pValue).toBeCloseTo(found.pValue, 9)
        expect(scaled.standardError).toBeCloseTo(unit * found.standardError, 9)
      }),
    )
  })

  it('counts equal weights as none, and leaves a day of weight 0 out of the mean', () => {
    fc.assert(
      fc.property(series, (d) => {
        const equal = dieboldMariano(d, { weight: d.map(() => 3) })
        expect(equal.mean).toBeCloseTo(dieboldMariano(d).mean, 12)
        const { standardError } = dieboldMariano(d)
        if (!Number.isNaN(standardError)) expect(equal.standardError).toBeCloseTo(standardError, 10)
        const { mean } = dieboldMariano([...d, 999], { weight: [...d.map(() => 1), 0] })
        expect(mean).toBeCloseTo(dieboldMariano(d).mean, 12)
      }),
    )
  })

  it('says nothing about days that are all alike, or fewer than two', () => {
    for (const alike of [[], [0.3], [0.3, 0.3, 0.3], [0.1 + 0.2, 0.3], [0, 0]]) {
      expect(dieboldMariano(alike).pValue).toBeNaN()
      expect(dieboldMariano(alike).standardError).toBeNaN()
    }
    expect(dieboldMariano([0.5, 0.5]).mean).toBe(0.5)
  })

  it('refuses more lags than days, and weights of another count', () => {
    expect(() => dieboldMariano([1, 2], { lags: 2 })).toThrow('2 lags of 2 days')
    expect(() => dieboldMariano([1, 2], { lags: 0.5 })).toThrow('0.5 lags')
    expect(() => dieboldMariano([1, 2], { weight: [1] })).toThrow('2 days but 1 weights')
  })

  it('rejects equal forecasts about as often as it says where days depend on each other, and more often without lags', () => {
    const rejected = { hac: 0, plain: 0 }
    const runs = 600
    for (let run = 0; run < runs; run++) {
      const random = randomFrom(`dm ${run}`)
      let state = random.normal()
      const d = Array.from({ length: 120 }, () => {
        state = 0.4 * state + random.normal()
        return state
      })
      if (dieboldMariano(d).pValue < 0.05) rejected.hac++
      if (dieboldMariano(d, { lags: 0 }).pValue < 0.05) rejected.plain++
    }
    expect(rejected.hac / runs).toBeLessThan(0.13)
    expect(rejected.hac / runs).toBeGreaterThan(0.03)
    expect(rejected.plain / runs).toBeGreaterThan(1.4 * (rejected.hac / runs))
  })
})

describe('dailyMeans', () => {
  it('averages the rows of a day, days in order', () =>
    expect(dailyMeans([3, 1, 3, 2], [1, 2, 5, 7], [1, 1, 3, 0])).toEqual({
      days: [1, 3],
      means: Float64Array.of(2, 4),
      weights: Float64Array.of(1, 4),
    }))
  it('refuses lengths that differ', () => expect(() => dailyMeans([1], [1, 2])).toThrow('1 days but 2 values'))
})
