import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseDecimal } from '../../../src/data/clients/kalshi/fields.ts'

describe('parseDecimal', () => {
  it.each([
    ['0.4100', 4, 4100],
    ['0.41', 4, 4100],
    ['1', 4, 10_000],
    ['0.410000', 4, 4100],
    ['11.77', 2, 1177],
    ['12', 2, 1200],
    ['-0.5', 2, -50],
    ['-0.00', 2, 0],
    ['0.29', 2, 29], // 0.29 * 100 is 28.999999999999996
  ])('reads "%s" to %i places as %i', (text, places, units) => {
    expect(parseDecimal(text, places)).toBe(units)
  })

  it.each(['', '.5', '5.', '0.00005', '1e3', ' 1', '1 ', '0x10', 'NaN', '--1', '1,000', '999999999999999.99'])(
    'gives null for "%s", which is no exact number of ten-thousandths',
    (text) => {
      expect(parseDecimal(text, 4)).toBeNull()
    },
  )

  it('returns every integer that was written with a point', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 6 }), (units, places) => {
        const digits = String(Math.abs(units)).padStart(places + 1, '0')
        const text = `${units < 0 ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
        expect(parseDecimal(text, places)).toBe(units)
      }),
    )
  })
})
