import fc from 'fast-check'
import { randomFrom } from 'kwx/random'
import {
  confidenceSequence,
  type EProcess,
  eValues,
  growEProcess,
  marketHourDayMeans,
  marketHourSums,
  startEProcess,
} from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { noisy, rowLosses, simulateLadders } from '../../support/simulated-ladders.ts'

const over = (differences: readonly number[], start = startEProcess()): EProcess =>
  differences.reduce((state, d, t) => growEProcess(state, (state.last_day ?? 99) + 1 + (t % 2), d), start)

/** Wealth of five bets by the definition. */
const byHand = (differences: readonly number[], sign: number, clip = 0.5) =>
  [0.95, 0.475, 0.2375, 0.11875, 0.059375].reduce((sum, fraction, k) => {
    const wealth = differences.reduce((product, d) => product * (1 + (sign * fraction * d) / clip), 1)
    return sum + ([81, 27, 9, 3, 1][k]! / 121) * wealth
  }, 0)

const differences = fc.array(fc.double({ min: -0.7, max: 0.7, noNaN: true }), { minLength: 1, maxLength: 30 })

describe('growEProcess', () => {
  it('starts at 1 on both sides', () => {
    const found = eValues(startEProcess())
    for (const value of Object.values(found)) expect(value).toBeCloseTo(1, 12)
  })

  it('multiplies wealth by what the bets won', () => {
    const given = [0.1, -0.3, 0.25]
    const { eFor, eAgainst } = eValues(over(given))
    expect(eFor).toBeCloseTo(byHand(given, -1), 12)
    expect(eAgainst).toBeCloseTo(byHand(given, 1), 12)
  })

  it('clips differences and counts the days it clipped', () => {
    const state = over([0.5, 0.8, -2, 0.1])
    expect(state).toMatchObject({ days: 4, clipped: 2 })
    expect(state.sum).toBeCloseTo(0.6, 12)
    // A large loss counts whole against the forecast, a large gain only as far as the clip.
    expect(eValues(state).eAgainst).toBeCloseTo(byHand([0.5, 0.8, -0.5, 0.1], 1), 12)
    expect(eValues(state).eFor).toBeCloseTo(byHand([0.5, 0.5, -0.5, 0.1], -1), 12)
    expect(over([0.8, -0.9], startEProcess(0.25))).toMatchObject({ clipped: 2, sum: 0 })
  })

  it('remembers the first day on which a process reached 20, whatever follows', () => {
    const losses = Array.from({ length: 12 }, () => 0.4)
    let state = startEProcess()
    let first: number | null = null
    losses.forEach((d, t) => {
      state = growEProcess(state, 100 + t, d)
      if (first === null && eValues(state).eAgainst >= 20) first = 100 + t
      expect(state.against_since).toBe(first)
    })
    expect(first).not.toBeNull()
    const { peak_against } = state
    for (let t = 0; t < 40; t++) state = growEProcess(state, 200 + t, -0.4)
    expect(eValues(state).eAgainst).toBeLessThan(1)
    expect(state).toMatchObject({ against_since: first, peak_against })
    expect(state.for_since).not.toBeNull()
    expect(startEProcess().against_since).toBeNull()
  })

  it('refuses a day that is given twice or out of order', () => {
    const state = growEProcess(startEProcess(), 20_100, 0.1)
    expect(() => growEProcess(state, 20_100, 0.1)).toThrow(
      expect.objectContaining({ code: 'E_PROCESS_DAY', message: expect.stringContaining('was given already') }),
    )
    expect(() => growEProcess(state, 20_099, 0.1)).toThrow(
      expect.objectContaining({ code: 'E_PROCESS_DAY', message: expect.stringContaining('comes after day 20100') }),
    )
  })

  it('refuses a clip, a day, a difference or a state that cannot be', () => {
    for (const clip of [0, -1, Infinity, Number.NaN]) {
      expect(() => startEProcess(clip)).toThrow(expect.objectContaining({ code: 'E_PROCESS_CLIP', exit: 2 }))
    }
    const start = startEProcess()
    expect(() => growEProcess(start, 1.5, 0)).toThrow(expect.objectContaining({ code: 'E_PROCESS_VALUE' }))
    expect(() => growEProcess(start, 1, Number.NaN)).toThrow(expect.objectContaining({ code: 'E_PROCESS_VALUE' }))
    for (const broken of [
      { ...start, log_for: [0] },
      { ...start, format: 2 },
      { ...start, log_against: [0, 0, 0, 0, null] },
      { ...start, days: 3 },
      null,
    ]) {
      const state = broken as unknown as EProcess
      expect(() => growEProcess(state, 1, 0)).toThrow(expect.objectContaining({ code: 'E_PROCESS_STATE' }))
    }
  })

  it('goes on from JSON as if it had not stopped, and leaves the state it was given', () => {
    fc.assert(
      fc.property(differences, differences, (before, after) => {
        const state = over(before)
        const text = JSON.stringify(state)
        expect(over(after, JSON.parse(text) as EProcess)).toEqual(over(after, state))
        expect(JSON.stringify(state)).toBe(text)
      }),
    )
  })

  it('mirrors both processes when the sign of the differences turns', () => {
    fc.assert(
      fc.property(differences, (drawn) => {
        const given = drawn.map((d) => Math.min(0.5, Math.max(-0.5, d))) // within the clip
        const [one, other] = [over(given), over(given.map((d) => -d))]
        other.log_for.forEach((log, k) => {
          expect(log).toBeCloseTo(one.log_against[k]!, 10)
        })
        expect(other.peak_for).toBeCloseTo(one.peak_against, 10)
      }),
    )
  })

  it('stays finite over three thousand clipped days', () => {
    const state = over(Array.from({ length: 3000 }, () => 1))
    expect(eValues(state)).toMatchObject({ eAgainst: 1e300, eFor: expect.closeTo(0, 12) })
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('reaches 20 on any of 300 days in at most one of twenty processes without an effect', () => {
    let forSince = 0
    let againstSince = 0
    for (let run = 0; run < 400; run++) {
      const random = randomFrom(`null ${run}`)
      // Skewed, mean 0, and volatile enough for the bets to matter.
      const state = over(Array.from({ length: 300 }, () => (random.uniform() < 0.2 ? 0.4 : -0.1)))
      if (state.for_since !== null) forSince++
      if (state.against_since !== null) againstSince++
    }
    expect(forSince).toBeLessThanOrEqual(20)
    expect(againstSince).toBeLessThanOrEqual(20)
    expect(forSince + againstSince).toBeGreaterThan(0)
  })

  it('finds a forecaster twice as noisy as its benchmark, and none among equals', () => {
    let found = 0
    let equals = 0
    for (let run = 0; run < 20; run++) {
      const random = randomFrom(`noisy pair ${run}`)
      const rows = simulateLadders(random, { days: 100, rows: 3 })
      const [benchmark, equal, worse] = [0.5, 0.5, 1].map((size) => rowLosses(rows.label, noisy(random, rows, size)))
      const process = (losses: Float64Array) => {
        const daily = marketHourSums(
          rows,
          losses.map((loss, i) => loss - benchmark![i]!),
        )
        return over(Array.from(marketHourDayMeans(daily)))
      }
      if (process(worse!).against_since !== null) found++
      if (process(equal!).for_since !== null) equals++
    }
    expect(found).toBeGreaterThanOrEqual(14)
    expect(equals).toBeLessThanOrEqual(2)
  })
})

describe('confidenceSequence', () => {
  it('knows nothing without days', () => {
    expect(confidenceSequence(startEProcess())).toEqual({
      mean: Number.NaN,
      low: -0.5,
      high: 0.5,
      level: 0.95,
      days: 0,
    })
  })

  it('lies within the clip around the mean, and is the wider the higher its level', () => {
    fc.assert(
      fc.property(differences, (given) => {
        const state = over(given)
        const [narrow, wide] = [confidenceSequence(state, 0.8), confidenceSequence(state)]
        for (const { low, mean, high } of [narrow, wide]) {
          expect(low).toBeGreaterThanOrEqual(-0.5)
          expect(low).toBeLessThanOrEqual(mean)
          expect(high).toBeGreaterThanOrEqual(mean)
          expect(high).toBeLessThanOrEqual(0.5)
        }
        expect(wide.low).toBeLessThanOrEqual(narrow.low)
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high)
      }),
    )
  })

  it('leaves 0 on the day on which a process passes 40', () => {
    let state = startEProcess()
    for (let t = 0; t < 30; t++) {
      state = growEProcess(state, t, 0.2)
      expect(confidenceSequence(state).low > 0).toBe(eValues(state).eAgainst > 40)
    }
    expect(confidenceSequence(state).low).toBeGreaterThan(0)
  })

  it('holds the running mean on all of 200 days at once, also when the mean moves', () => {
    let missed = 0
    for (let run = 0; run < 200; run++) {
      const random = randomFrom(`moving ${run}`)
      let state = startEProcess()
      let truth = 0
      let outside = false
      for (let t = 0; t < 200; t++) {
        const mean = t < 100 ? 0.1 : -0.05
        truth += mean
        state = growEProcess(state, t, mean + (random.uniform() < 0.5 ? -0.2 : 0.2))
        const { low, high } = confidenceSequence(state)
        if (low > truth / (t + 1) || high < truth / (t + 1)) outside = true
      }
      if (outside) missed++
    }
    expect(missed).toBeLessThanOrEqual(10)
    expect(missed).toBeGreaterThan(0)
  })

  it('narrows: 100 quiet days leave a few hundredths of a nat', () => {
    const random = randomFrom('quiet')
    const { low, high } = confidenceSequence(over(Array.from({ length: 100 }, () => 0.05 * random.normal())))
    expect(high - low).toBeLessThan(0.08)
  })

  it('refuses a level outside of (0, 1)', () => {
    expect(() => confidenceSequence(startEProcess(), 1)).toThrow(expect.objectContaining({ code: 'SCORE_SETTING' }))
  })
})
