import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  climateDayAt,
  climateDayEnd,
  climateDayOfCandle,
  climateDayStart,
  parseDay,
} from '../../../src/base/time/index.ts'

const minute = (instant: string) => Date.parse(instant) / 60_000

describe('climateDayOfCandle', () => {
  it.each([
    ['2025-07-02T05:00:00Z', -300, '2025-07-01'],
    ['2025-07-02T05:01:00Z', -300, '2025-07-02'],
    ['2025-03-09T06:00:00Z', -360, '2025-03-08'],
    ['2025-03-10T06:00:00Z', -360, '2025-03-09'],
    ['2025-11-03T06:01:00Z', -360, '2025-11-03'],
  ])('puts the candle that ends at %s with offset %i on %s', (end, offset, day) => {
    expect(climateDayOfCandle(minute(end), offset)).toBe(parseDay(day))
  })

  it('gives every day 1440 candles: after its start, up to its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 40_000 }), fc.integer({ min: -720, max: 840 }), (day, offset) => {
        const [start, end] = [climateDayStart(day, offset), climateDayEnd(day, offset)]
        expect(end - start).toBe(1440)
        expect([start, start + 1, end, end + 1].map((one) => climateDayOfCandle(one, offset) - day)).toEqual([
          -1, 0, 0, 1,
        ])
        expect([start - 1, start, end - 1, end].map((one) => climateDayAt(one, offset) - day)).toEqual([-1, 0, 0, 1])
      }),
    )
  })
})
