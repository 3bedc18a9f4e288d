import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Report, weatherAsOf, weatherSeries } from '../../../src/domain/features/index.ts'

const MINUTE = 60_000
const report = (validMinute: number, temp: number | null, over: Partial<Report> = {}): Report => ({
  source: 'iem-asos',
  report_type: 'routine',
  valid_ms: validMinute * MINUTE,
  known_ms: (validMinute + 5) * MINUTE,
  temp_f: temp,
  dew_f: 40,
  humidity_pct: 50,
  wind_mph: 6,
  ...over,
})
const at = (reports: Report[], minute: number) => {
  const view = weatherAsOf(weatherSeries(reports), Int32Array.of(minute))
  return Object.fromEntries(Object.entries(view).map(([name, values]) => [name, values[0]]))
}

describe('weatherAsOf', () => {
  it('shows a report from the minute it is known, not from the minute it is about', () => {
    expect(at([report(1000, 70)], 1004)['temp']).toBeNaN()
    expect(at([report(1000, 70)], 1005)['temp']).toBe(70)
  })

  it('forgets a report two hours after it became known', () => {
    expect(at([report(1000, 70)], 1125)['temp']).toBe(70)
    expect(at([report(1000, 70)], 1126)['temp']).toBeNaN()
  })

  it('takes extremes over (t - 3 h, t] of reports at report time', () => {
    const reports = [report(1000, 90), report(1001, 80), report(1100, 60), report(1180, 70)]
    expect(at(reports, 1200)).toMatchObject({ temp: 70, max3h: 80, min3h: 60 })
  })

  it('compares with what was the newest an hour earlier', () => {
    expect(at([report(1000, 60), report(1060, 66)], 1065)).toMatchObject({ temp: 66, temp1hAgo: 60 })
    expect(at([report(1060, 66)], 1065)['temp1hAgo']).toBeNaN()
  })

  it('lets a late report into the extremes when it arrives, and never back in time', () => {
    const late = report(1090, 99, { known_ms: 1150 * MINUTE })
    const reports = [report(1000, 60), late, report(1100, 70)]
    expect(at(reports, 1149)).toMatchObject({ temp: 70, max3h: 70 })
    expect(at(reports, 1150)).toMatchObject({ temp: 70, max3h: 99 })
  })

  it('passes over reports without a temperature and prefers a station report among twins', () => {
    const twin = report(1000, 71, { source: 'visual-crossing', report_type: 'minute' })
    expect(at([twin, report(1000, 70), report(1010, null)], 1016)['temp']).toBe(70)
  })

  it('shows a twin until the one that counts is known', () => {
    const minuteData = report(1000, 71, { source: 'visual-crossing', report_type: 'minute', known_ms: 1001 * MINUTE })
    expect(at([minuteData, report(1000, 70)], 1004)).toMatchObject({ temp: 71, max3h: 71 })
    expect(at([minuteData, report(1000, 70)], 1005)).toMatchObject({ temp: 70, max3h: 70 })
  })

  it('is the same when everything unknown at that minute is cut away', () => {
    const minute = fc.integer({ min: 0, max: 600 })
    const one = fc.record({
      valid: minute,
      lag: fc.integer({ min: 0, max: 200 }),
      temp: minute,
      source: fc.constantFrom('a', 'b'),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: ({ valid, source }) => `${valid} ${source}` }),
        fc.integer({ min: 0, max: 900 }),
        (list, now) => {
          const all = list.map(({ valid, lag, temp, source }) =>
            report(valid, temp, { source, known_ms: (valid + lag) * MINUTE }),
          )
          const known = all.filter(({ known_ms }) => known_ms <= now * MINUTE)
          expect(at(all, now)).toEqual(at(known, now))
        },
      ),
    )
  })
})
