import { describe, expect, it } from 'vitest'

import { hourOf, judgeForecast } from '../../../src/domain/scores/index.ts'

const OPTIONS = { seed: 42, subject: 'The model', benchmark: 'the last trade' }

/**
 * Days from 2025-01-01 (day 20089) of one market each: one hour of `busy` rows with the first probability, one hour of
 * a single row with the second. The outcome is YES, the benchmark 0.5.
 */
function rows(days: number, busy: number, first: number, second: number) {
  const made = Array.from({ length: days }, (_, d) => [
    ...Array.from({ length: busy }, () => ({ day: 20089 + d, hour: 0, p: first })),
    { day: 20089 + d, hour: 1, p: second },
  ]).flat()
  return {
    day: made.map(({ day }) => day),
    market: made.map(({ day }) => day),
    hour: made.map(({ hour }) => hour),
    y: made.map(() => 1),
    p: made.map(({ p }) => p),
    benchmark: made.map(() => 0.5),
  }
}
const gain = (p: number) => -Math.log(p) + Math.log(0.5)

describe('judgeForecast', () => {
  it('judges by market-hours: a busy hour counts as much as a quiet one', () => {
    const { skill, difference } = judgeForecast(rows(20, 9, 0.6, 0.4), OPTIONS)
    expect(difference.per_row.mean).toBeCloseTo((9 * gain(0.6) + gain(0.4)) / 10, 12)
    const byHour = (gain(0.6) + gain(0.4)) / 2
    expect(difference.per_market_hour.mean).toBeCloseTo(byHour, 12)
    expect(difference.per_event_day.mean).toBeCloseTo(byHour, 12)
    expect(difference.per_row.mean).toBeLessThan(-0.1)
    expect(skill).toMatchObject({ verdict: 'worse', outcome: 'fail', no_harm: false })
    expect(skill.interval).toMatchObject({ weighting: 'market-hour', days: 20, market_hours: 40, seed: 42 })
  })

  it('gives no verdict where something is lacking, and says what', () => {
    const { skill } = judgeForecast(rows(20, 1, 0.6, 0.6), { ...OPTIONS, lacking: 'Half of the windows are missing.' })
    expect(skill).toMatchObject({
      verdict: 'too-few-days',
      outcome: 'not-enough-evidence',
      sentence: 'Half of the windows are missing.',
    })
  })

  it.each([0, 1, 13])('gives none on %i days, and figures as far as they exist', (days) => {
    const { skill, difference, e_process } = judgeForecast(rows(days, 1, 0.6, 0.6), OPTIONS)
    expect(skill).toMatchObject({ verdict: 'too-few-days', outcome: 'not-enough-evidence' })
    expect(difference.per_market_hour.low === null).toBe(days < 2)
    expect(difference.per_market_hour.reason).toEqual(days < 2 ? expect.any(String) : null)
    expect(e_process.by_day).toHaveLength(days)
    expect(JSON.stringify({ skill, difference, e_process })).not.toMatch(/NaN|Infinity/)
    expect(Object.values(e_process.confidence_sequence).every((one) => one === null || Number.isFinite(one))).toBe(true)
  })

  it('grows both processes day by day, and says since when the bar is met', () => {
    const { e_process: found } = judgeForecast(rows(40, 1, 0.3, 0.3), OPTIONS)
    expect(found).toMatchObject({ clip: 0.5, bar: 20, days: 40, clipped_days: 40, for_since: null })
    expect(found.by_day[0]).toMatchObject({ day: '2025-01-01', market_hours: 2 })
    expect(found.by_day[0]!.difference).toBeCloseTo(gain(0.3), 12)
    expect(found.by_day.at(-1)).toMatchObject({ e_for: found.e_for, e_against: found.e_against })
    const first = found.by_day.find(({ e_against }) => e_against >= 20)!
    expect(found.against_since).toBe(first.day)
    expect(found.peak_against).toBe(found.e_against)
  })

  it('takes a day that two windows tested as one day', () => {
    const once = rows(20, 1, 0.6, 0.6)
    const twice = Object.fromEntries(Object.entries(once).map(([name, list]) => [name, [...list, ...list]]))
    const found = judgeForecast(twice as typeof once, OPTIONS)
    expect(found.e_process).toEqual(judgeForecast(once, OPTIONS).e_process)
    expect(found.skill.interval.days).toBe(20)
  })

  it('refuses a benchmark of other rows, and a delta below zero', () => {
    const made = rows(20, 1, 0.6, 0.6)
    const short = { ...made, benchmark: made.benchmark.slice(1) }
    expect(() => judgeForecast(short, OPTIONS)).toThrow(expect.objectContaining({ code: 'SCORE_SHAPE' }))
    expect(() => judgeForecast(made, { ...OPTIONS, delta: -0.001 })).toThrow(
      expect.objectContaining({ code: 'SKILL_DELTA' }),
    )
  })
})

describe('hourOf', () => {
  it('counts a minute to the hour that it ended in', () => {
    expect([60, 61, 120, 121].map(hourOf)).toEqual([0, 1, 1, 2])
  })
})
