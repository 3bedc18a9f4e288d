import { describe, expect, it } from 'vitest'
import { climateDayEnd, climateDayOfCandle, parseDay } from '../../../src/base/time/index.ts'
import type { Feature, MarketView } from '../../../src/domain/features/index.ts'
import * as f from '../../../src/domain/features/index.ts'
import { minuteOf, viewOf } from './view.ts'

const first = (feature: Feature, view: MarketView) => {
  const out = new Float64Array(view.n)
  feature.compute(view, out)
  return out[0]
}
const at = (instant: string, zone: string) => viewOf({ minutes: [minuteOf(instant)], zone })

describe('civil time features', () => {
  it.each([
    // Standard time, both sides of the spring change, the doubled hour of autumn, and a zone without daylight saving.
    ['2025-01-15T17:30:00Z', 'America/New_York', 12, 2, 750],
    ['2025-03-09T06:59:00Z', 'America/New_York', 1, 6, 119],
    ['2025-03-09T07:00:00Z', 'America/New_York', 3, 6, 180],
    ['2025-11-02T05:30:00Z', 'America/New_York', 1, 6, 90],
    ['2025-11-02T06:30:00Z', 'America/New_York', 1, 6, 90],
    ['2025-07-01T07:10:00Z', 'America/Phoenix', 0, 1, 10],
    ['2025-07-01T06:59:00Z', 'America/Phoenix', 23, 0, 1439],
  ])('at %s in %s', (instant, zone, hour, weekday, minutes) => {
    const view = at(instant, zone)
    expect(first(f.hourOfDayLocal, view)).toBe(hour)
    expect(first(f.dayOfWeekLocal, view)).toBe(weekday)
    expect(first(f.minutesSinceMidnightLocal, view)).toBe(minutes)
    expect(first(f.isWeekend, view)).toBe(Number(weekday >= 5))
  })

  it('put 00:40 EDT on the previous climate day, and at hour 0 of the next civil one', () => {
    const minute = minuteOf('2025-07-02T04:40:00Z')
    expect(climateDayOfCandle(minute, -300)).toBe(parseDay('2025-07-01'))
    const view = viewOf({ minutes: [minute], closeMinute: climateDayEnd(parseDay('2025-07-01'), -300) })
    expect(first(f.hourOfDayLocal, view)).toBe(0)
    expect(first(f.minutesToClose, view)).toBe(20)
    expect(first(f.logMinutesToClose, view)).toBe(Math.log(21))
  })

  it('turn once a year of 366 days', () => {
    expect(first(f.doyCos, viewOf({ minutes: [0], day: '2025-01-01' }))).toBe(1)
    expect(first(f.doySin, viewOf({ minutes: [0], day: '2024-04-01' }))).toBeCloseTo(
      Math.sin((2 * Math.PI * 91) / 366),
      14,
    )
  })
})

describe('strike features', () => {
  const weather = { temp: [70] }
  const between = viewOf({ minutes: [0], floor: 72, cap: 73, weather })
  const greater = viewOf({ minutes: [0], floor: 80, weather })
  const less = viewOf({ minutes: [0], cap: 60, weather })

  it.each([
    ['between', between, 2, 3, 1, 72.5, -2],
    ['greater', greater, 10, 0, 0, 80, 0],
    ['less', less, 0, -10, 0, 60, 0],
  ] as const)(
    'of a %s market, a side that it has not being the constant 0',
    (_, view, floor, cap, width, middle, position) => {
      expect(first(f.tempToFloor, view)).toBe(floor)
      expect(first(f.tempToCap, view)).toBe(cap)
      expect(first(f.strikeWidth, view)).toBe(width)
      expect(first(f.strikeMidpoint, view)).toBe(middle)
      expect(first(f.tempPositionInBracket, view)).toBe(position)
    },
  )

  it('are missing, not 0, where the bracket has the side and there is no report', () => {
    expect(first(f.tempToFloor, viewOf({ minutes: [0], floor: 72, cap: 73 }))).toBeNaN()
  })
})
