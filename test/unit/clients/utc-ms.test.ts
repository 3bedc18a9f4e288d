import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { utcMs } from '../../../src/data/clients/kalshi/fields.ts'

describe('utcMs', () => {
  it('says what Date.parse says, or leaves it to it', () => {
    const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })
    fc.assert(
      fc.property(instant, fc.nat({ max: 999_999 }), fc.integer({ min: 0, max: 6 }), (ms, rest, places) => {
        const whole = new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)
        const text = `${whole}${places === 0 ? '' : `.${String(rest).padStart(6, '0').slice(0, places)}`}Z`
        const expected = Math.floor(Date.parse(text))
        expect(utcMs(text) ?? expected).toBe(expected)
      }),
    )
    expect(utcMs('2025-02-01T18:22:33.123456Z')).toBe(Date.parse('2025-02-01T18:22:33.123Z'))
  })

  it.each([
    '2025-02-30T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-02-01T24:00:00Z',
    '2025-02-01T18:22:60Z',
    '2025-02-01T18:22:33.Z',
    '2025-02-01T18:22:33.1x3Z',
    '2025-02-01 18:22:33Z',
    '2025-02-01T18:22:33+00:00',
    '-025-02-01T18:22:33Z',
    '2025-02-01T18:22:33',
    '',
  ])('leaves "%s" to it', (text) => expect(utcMs(text)).toBeNull())

  it('never throws and never guesses: a number is what Date.parse gives', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = utcMs(text)
        if (ms !== null) expect(ms).toBe(Math.floor(Date.parse(text)))
      }),
    )
  })
})
