import fc from 'fast-check'
import { randomFrom } from 'kwx/random'
import { isEcho, skillVerdict, weightedMeans } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { noisy, rowLosses, simulateLadders } from '../../support/simulated-ladders.ts'

const interval = (low: number, high: number, days = 30) => ({ mean: (low + high) / 2, low, high, days })

describe('skillVerdict', () => {
  it.each([
    ['too-few-days', 4, interval(-0.02, -0.01, 13)],
    ['better', 0, interval(-0.02, -0.01, 14)],
    ['better', 0, interval(-0.02, -0.0005)],
    ['not-shown', 3, interval(-0.02, -0.0004)],
    ['not-shown', 3, interval(-0.02, 0.02)],
    ['not-shown', 3, interval(0.0004, 0.02)],
    ['worse', 3, interval(0.0005, 0.02)],
    ['equal', 3, interval(-0.0005, 0.0005)],
    ['equal', 3, interval(-0.0005, -0.0005)],
    ['too-few-days', 4, interval(Number.NaN, Number.NaN, 1)],
  ] as const)('is %s (exit %i) of %o', (verdict, exit, difference) => {
    expect(skillVerdict({ difference, echo: false })).toMatchObject({ verdict, exit, delta: 0.0005, minDays: 14 })
  })

  it('is equal of an echo, whatever the interval, but not on too few days', () => {
    expect(skillVerdict({ difference: interval(-0.02, -0.01), echo: true }).verdict).toBe('equal')
    expect(skillVerdict({ difference: interval(-0.02, -0.01, 13), echo: true }).verdict).toBe('too-few-days')
  })

  it('follows delta and the smallest number of days', () => {
    const difference = interval(-0.004, -0.002, 20)
    expect(skillVerdict({ difference, echo: false, delta: 0 }).verdict).toBe('better')
    expect(skillVerdict({ difference, echo: false, delta: 0.003 }).verdict).toBe('not-shown')
    expect(skillVerdict({ difference, echo: false, delta: 0.005 }).verdict).toBe('equal')
    expect(skillVerdict({ difference, echo: false, minDays: 21 }).verdict).toBe('too-few-days')
  })

  it.each([
    [0.0019, true],
    [0.002, false],
    [0.1, false],
  ])('reports no harm of an upper end of %f as %s', (high, noHarm) => {
    expect(skillVerdict({ difference: interval(-0.01, high), echo: false }).noHarm).toBe(noHarm)
  })

  it('says it in a sentence with its figures', () => {
    const sentence = (low: number, high: number, days = 30, echo = false) =>
      skillVerdict({ difference: interval(low, high, days), echo, subject: 'The pool' }).sentence
    expect(sentence(-0.02, -0.01)).toBe(
      'The pool is better than the market price: its log loss differs by -0.0150 nats [-0.0200, -0.0100] over 30 days, at least 0.0005 nats below 0.',
    )
    expect(sentence(0.01, 0.02)).toBe(
      'The pool is worse than the market price: its log loss differs by +0.0150 nats [+0.0100, +0.0200] over 30 days, at least 0.0005 nats above 0.',
    )
    expect(sentence(-0.0004, 0.0004)).toBe(
      'The pool equals the market price: its log loss differs by 0.0000 nats [-0.0004, +0.0004] over 30 days, all within 0.0005 nats of 0.',
    )
    expect(sentence(-0.02, -0.01, 30, true)).toBe(
      'The pool repeats the market price: every probability is within 0.001, and its log loss differs by -0.0150 nats [-0.0200, -0.0100] over 30 days (delta 0.0005 nats).',
    )
    expect(sentence(-0.02, 0.01)).toBe(
      'The pool does not show skill over the market price: its log loss differs by -0.0050 nats [-0.0200, +0.0100] over 30 days; the upper end must be at or below -0.0005 nats.',
    )
    expect(sentence(-0.02, 0.01, 3)).toBe(
      '3 test days are too few to compare the pool with the market price; 14 are needed.',
    )
  })

  it('refuses a delta that is no size, even on too few days', () => {
    for (const delta of [-0.001, Number.NaN, Infinity]) {
      expect(() => skillVerdict({ difference: interval(0, 1, 2), echo: false, delta })).toThrow(
        expect.objectContaining({ code: 'SKILL_DELTA', exit: 2 }),
      )
    }
    const difference = interval(0, 1)
    expect(() => skillVerdict({ difference, echo: false, minDays: 1 })).toThrow(
      expect.objectContaining({ code: 'SCORE_SETTING' }),
    )
    expect(() => skillVerdict({ difference: interval(Number.NaN, 1), echo: false })).toThrow(
      expect.objectContaining({ code: 'SCORE_VALUE' }),
    )
  })

  it('gives one verdict only, mirrored when both forecasts change places', () => {
    const end = fc.double({ min: -0.01, max: 0.01, noNaN: true })
    fc.assert(
      fc.property(end, end, fc.double({ min: 0, max: 0.005, noNaN: true }), (a, b, delta) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const { verdict } = skillVerdict({ difference: interval(low, high), echo: false, delta })
        const turned = skillVerdict({ difference: interval(-high, -low), echo: false, delta }).verdict
        expect(turned).toBe({ better: 'worse', worse: 'better' }[verdict as string] ?? verdict)
      }),
    )
  })

  it('calls few pairs of equal forecasters better', () => {
    let better = 0
    for (let run = 0; run < 100; run++) {
      const random = randomFrom(`equal pair ${run}`)
      const rows = simulateLadders(random, { days: 56, hours: 10, rows: 3 })
      const model = rowLosses(rows.label, noisy(random, rows, 0.3))
      const benchmark = rowLosses(rows.label, noisy(random, rows, 0.3))
      const difference = model.map((loss, i) => loss - benchmark[i]!)
      const { perMarketHour } = weightedMeans(rows, difference, { seed: run, draws: 400 })
      if (skillVerdict({ difference: perMarketHour, echo: false }).verdict === 'better') better++
    }
    // 2.5 are expected; 7 or more happen once in 40.
    expect(better).toBeLessThanOrEqual(6)
  })
})

describe('isEcho', () => {
  it.each([
    ['equal probabilities', [0.2, 0.7], [0.2, 0.7], true],
    ['within both bounds', [0.5, 0.2], [0.5009, 0.2009], true],
    ['one row outside of 1e-3', [0.5, 0.2], [0.5, 0.2011], false],
    ['within 1e-3, and outside of 0.01 in log-odds', [0.02], [0.0203], false],
    ['0 and 1e-7, which losses clip alike', [0, 1], [1e-7, 1 - 1e-7], true],
    ['no row', [], [], false],
  ])('of %s', (_, model, benchmark, expected) => expect(isEcho(model, benchmark)).toBe(expected))

  it('is symmetric, and true of a forecast and itself', () => {
    const p = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: -2e-3, max: 2e-3, noNaN: true })),
      { minLength: 1 },
    )
    fc.assert(
      fc.property(p, (list) => {
        const a = list.map(([one]) => one)
        const b = list.map(([one, shift]) => Math.min(1, Math.max(0, one + shift)))
        expect(isEcho(a, a)).toBe(true)
        expect(isEcho(a, b)).toBe(isEcho(b, a))
      }),
    )
  })

  it('refuses columns of different lengths and what is no probability', () => {
    expect(() => isEcho([0.5], [])).toThrow(expect.objectContaining({ code: 'SCORE_SHAPE' }))
    expect(() => isEcho([1.1], [0.5])).toThrow(expect.objectContaining({ code: 'SCORE_VALUE' }))
  })
})
