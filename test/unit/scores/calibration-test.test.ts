import fc from 'fast-check'
import { randomFrom } from 'kwx/random'
import {
  type CalibrationOutcome,
  calibrationTest,
  decomposeBrier,
  marketHourWeights,
  recalibrationTest,
  signFlipTest,
} from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { distorted, noisy, type SimulatedLadders, simulateLadders } from '../../support/simulated-ladders.ts'

const ladders = (seed: string | number, days = 60, tails = false) =>
  simulateLadders(randomFrom(`ladders ${seed}`), { days, tails })

const test = (
  { day, market, hour, label }: SimulatedLadders,
  p: ArrayLike<number>,
  seed: string | number = 1,
  draws = 199,
) => calibrationTest({ day, market, hour, y: label, p }, randomFrom(`calibration ${seed}`), { draws })

describe('signFlipTest', () => {
  it('enumerates two days by hand', () => {
    // Two days, p = 0.5 each, one YES and one NO: the mean outcome is p, so nothing is miscalibrated; flipping one day
    // gives a mean of 0 or 1 and a miscalibration of 0.25.
    const rows = { day: [1, 2], y: [1, 0], p: [0.5, 0.5], weight: [1, 1] }
    const found = signFlipTest(rows, randomFrom('a'), 999)
    expect(found).toMatchObject({ miscalibration: 0, pValue: 1, draws: 999, days: 2 })
    expect(found.expected).toBeGreaterThan(0.1)
    expect(found.expected).toBeLessThan(0.15)
    const wrong = signFlipTest({ ...rows, y: [1, 1] }, randomFrom('a'), 999)
    expect(wrong.miscalibration).toBeCloseTo(0.25, 12)
    // Both signs alike, in half of the draws.
    expect(wrong.pValue).toBeGreaterThan(0.45)
    expect(wrong.pValue).toBeLessThan(0.55)
  })

  it('gives the CORP miscalibration, and its p-value depends on neither order of rows nor scale of weights', () => {
    const row = fc.record({
      day: fc.integer({ min: 1, max: 5 }),
      y: fc.integer({ min: 0, max: 1 }),
      p: fc.integer({ min: 0, max: 10 }).map((k) => k / 10),
      weight: fc.integer({ min: 1, max: 4 }),
    })
    const columns = (list: readonly { day: number; y: number; p: number; weight: number }[], scale = 1) => ({
      day: list.map(({ day }) => day),
      y: list.map(({ y }) => y),
      p: list.map(({ p }) => p),
      weight: list.map(({ weight }) => scale * weight),
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (list) => {
        const rows = columns(list)
        const found = signFlipTest(rows, randomFrom('b'), 99)
        expect(found.miscalibration).toBe(decomposeBrier(rows.y, rows.p, rows.weight).miscalibration)
        expect(found.pValue).toBeGreaterThanOrEqual(0.01)
        expect(found.pValue).toBeLessThanOrEqual(1)
        const turned = signFlipTest(columns(list.toReversed(), 2), randomFrom('b'), 99)
        expect(turned.pValue).toBe(found.pValue)
      }),
    )
  })

  it('gathers over 1,000 distinct probabilities without changing what it finds', () => {
    const rows = ladders('cells', 40)
    const weight = marketHourWeights(rows)
    const rounded = rows.truth.map((p) => Math.round(p * 500) / 500)
    const about = { day: rows.day, y: rows.label, weight }
    const fine = signFlipTest({ ...about, p: rows.truth }, randomFrom('c'), 299)
    const coarse = signFlipTest({ ...about, p: rounded }, randomFrom('c'), 299)
    expect(Math.abs(fine.pValue - coarse.pValue)).toBeLessThan(0.1)
    expect(fine.expected).toBeCloseTo(coarse.expected, 3)
  })

  it('has no figures without rows', () => {
    const empty = { day: [], y: [], p: [], weight: [] }
    expect(signFlipTest(empty, randomFrom('d'), 99)).toMatchObject({ pValue: Number.NaN, days: 0 })
  })

  it('refuses rows and draws that cannot be', () => {
    const rows = { day: [1], y: [1], p: [0.5], weight: [1] }
    const random = randomFrom('e')
    expect(() => signFlipTest({ ...rows, y: [] }, random)).toThrow(expect.objectContaining({ code: 'SCORE_SHAPE' }))
    for (const wrong of [{ day: [0.5] }, { y: [2] }, { p: [1.1] }, { weight: [0] }]) {
      expect(() => signFlipTest({ ...rows, ...wrong }, random)).toThrow(
        expect.objectContaining({ code: 'SCORE_VALUE' }),
      )
    }
    expect(() => signFlipTest(rows, random, 98)).toThrow(expect.objectContaining({ code: 'SCORE_SETTING', exit: 2 }))
  })
})

describe('recalibrationTest', () => {
  const rows = ladders('fit', 80)
  const about = { day: rows.day, y: rows.label, weight: marketHourWeights(rows) }

  it('finds how log-odds were scaled and shifted', () => {
    const plain = recalibrationTest({ ...about, p: rows.truth })
    const { intercept, slope } = recalibrationTest({ ...about, p: distorted(rows.truth, 0.5, 0.25) })
    // logit p = 2 logit q − 0.5
    expect(slope).toBeCloseTo(2 * plain.slope, 6)
    expect(intercept).toBeCloseTo(plain.intercept - 0.5 * plain.slope, 6)
  })

  it('gives the closed form of one covariate with two values', () => {
    // 0.25: 1 of 4 days; 0.75: 2 of 4 days. Fitted log-odds are -log 3 and 0.
    const day = [1, 2, 3, 4, 5, 6, 7, 8]
    const y = [1, 0, 0, 0, 1, 1, 0, 0]
    const p = [0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75]
    const found = recalibrationTest({ day, y, p, weight: day.map(() => 1) })
    expect(found.slope).toBeCloseTo(0.5, 9)
    expect(found.intercept).toBeCloseTo(-Math.log(3) / 2, 9)
    // Sandwich at the fit, smaller than at (0, 1): information and meat of the slope are both 12/7 (log 3)².
    expect(found.slopeError).toBeCloseTo(Math.sqrt(((8 / 7) * 12) / 7) / ((12 / 7) * Math.log(3)), 9)
    expect(found).toMatchObject({ identified: false, statistic: Number.NaN, pValue: Number.NaN, degrees: [2, 7] })
  })

  it('does not change when rows are doubled at half the weight', () => {
    const twice = (column: ArrayLike<number>) => [...Array.from(column), ...Array.from(column)]
    const once = recalibrationTest({ ...about, p: rows.truth })
    const doubled = recalibrationTest({
      day: twice(about.day),
      y: twice(about.y),
      p: twice(rows.truth),
      weight: twice(about.weight).map((w) => w / 2),
    })
    expect(doubled.statistic).toBeCloseTo(once.statistic, 6)
    expect(doubled.slopeError).toBeCloseTo(once.slopeError, 9)
  })

  it('gives a p-value in [0, 1] of any rows, if it gives one', () => {
    const row = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (list) => {
        const found = recalibrationTest({
          day: list.map(([day]) => day),
          y: list.map(([, y]) => Number(y)),
          p: list.map(([, , p]) => p),
          weight: list.map(() => 1),
        })
        if (!Number.isNaN(found.pValue)) {
          expect(found.pValue).toBeGreaterThanOrEqual(0)
          expect(found.pValue).toBeLessThanOrEqual(1)
          expect(found.identified).toBe(true)
        }
        expect(found.slopeError).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it.each([0.25, 1, 3])('identifies the slope of log-odds times %f', (scale) => {
    expect(recalibrationTest({ ...about, p: distorted(rows.truth, scale) })).toMatchObject({ identified: true })
  })

  it('rejects outcomes that the forecast separates', () => {
    const p = rows.truth.map((_, i) => (rows.label[i] === 1 ? 0.8 : 0.2))
    expect(recalibrationTest({ ...about, p })).toMatchObject({ slope: Number.NaN, statistic: Infinity, pValue: 0 })
  })
})

describe('calibrationTest', () => {
  const rates = (kind: (rows: SimulatedLadders, run: number) => ArrayLike<number>, runs: number, tails = false) => {
    const found: Partial<Record<CalibrationOutcome, number>> = {}
    for (let run = 0; run < runs; run++) {
      const rows = ladders(run, 60, tails)
      const { outcome } = test(rows, kind(rows, run), run)
      found[outcome] = (found[outcome] ?? 0) + 1
    }
    return found
  }

  it('passes the truth, of brackets and of whole ladders', () => {
    expect(rates(({ truth }) => truth, 30).pass).toBeGreaterThanOrEqual(26)
    expect(rates(({ truth }) => truth, 15, true).pass).toBeGreaterThanOrEqual(13)
  })

  it.each([
    ['rescaled by 0.6', 0.6, 0, 12],
    ['rescaled by 1.6', 1.6, 0, 12],
    ['shifted by 0.3', 1, 0.3, 12],
    ['shifted by -0.3', 1, -0.3, 10],
  ])('fails log-odds %s', (_, scale, shift, least) => {
    expect(rates(({ truth }) => distorted(truth, scale, shift), 12).fail).toBeGreaterThanOrEqual(least)
  })

  it('fails a base rate, of all days or by week, for want of resolution', () => {
    const rows = ladders('base')
    const rate = rows.label.reduce((sum, y) => sum + y, 0) / rows.label.length
    expect(
      test(
        rows,
        rows.truth.map(() => rate),
      ),
    ).toMatchObject({ outcome: 'no-resolution', exit: 3 })
    const weekly = rows.truth.map((_, i) => rate + 0.01 * Math.sin(Math.floor(rows.day[i]! / 7)))
    const found = test(rows, weekly)
    expect(found.outcome).toBe('no-resolution')
    expect(found.recalibration.slopeError).toBeGreaterThan(0.5)
    expect(found.sentence).toMatch(/^The log-odds vary too little to identify their slope: its standard error is \d/)
  })

  it('fails a distortion that leaves intercept and slope alone', () => {
    // True shares 0.03, 0.5, 0.5, 0.97 of forecasts 0.1, 0.3, 0.7, 0.9: too timid outside, too bold inside.
    const random = randomFrom('bent')
    const index = Array.from({ length: 4 * 150 }, (_, i) => i)
    const p = index.map((i) => [0.1, 0.3, 0.7, 0.9][i % 4]!)
    const y = index.map((i) => (random.uniform() < [0.03, 0.5, 0.5, 0.97][i % 4]! ? 1 : 0))
    const rows = { day: index.map((i) => Math.floor(i / 4)), market: index, hour: index, y, p }
    const { outcome, corp, recalibration } = calibrationTest(rows, random, { draws: 999 })
    expect(outcome).toBe('fail')
    expect(corp.pValue).toBeLessThan(0.025)
    expect(recalibration.pValue).toBeGreaterThan(0.1)
  })

  it('fails a forecast that is noise', () => {
    const rows = ladders('noise')
    const random = randomFrom('noise')
    expect(test(rows, noisy(random, { ...rows, truth: rows.truth.map(() => 0.2) }, 2)).outcome).toBe('fail')
  })

  it('does not judge too few days, nor one outcome', () => {
    const rows = ladders('few', 13)
    expect(test(rows, distorted(rows.truth, 3))).toMatchObject({
      outcome: 'too-few-days',
      exit: 4,
      sentence: '13 test days are too few to test calibration; 14 are needed.',
    })
    const more = ladders('one', 20)
    expect(test({ ...more, label: new Uint8Array(more.label.length) }, more.truth)).toMatchObject({
      outcome: 'one-outcome',
      exit: 4,
    })
  })

  it('takes both tests at half the level, and gives equal figures from equal seeds', () => {
    const rows = ladders('seed')
    const found = test(rows, rows.truth)
    expect(found).toMatchObject({ levelEach: 0.025, days: 60, exit: 0, marketHours: 60 * 4 * 14 })
    expect(test(rows, rows.truth)).toEqual(found)
    expect(found.sentence).toMatch(/^The days do not contradict calibration: CORP miscalibration 0\.\d{5}, /)
  })

  it('refuses a level and a number of days that cannot be', () => {
    const { day, market, hour, label: y, truth: p } = ladders('settings', 15)
    const random = randomFrom('settings')
    for (const options of [{ level: 0 }, { level: 1 }, { minDays: 1 }, { minDays: 2.5 }]) {
      expect(() => calibrationTest({ day, market, hour, y, p }, random, options)).toThrow(
        expect.objectContaining({ code: 'SCORE_SETTING' }),
      )
    }
  })
})
