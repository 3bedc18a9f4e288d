import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalCdf } from '../src/services/search/normal-cdf.ts'

describe('normalCdf', () => {
  // Abramowitz & Stegun, tables 26.1 and 26.2
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [-5, 2.866515718791939e-7],
    [-10, 7.619853024160527e-24],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, 0],
  ])('of %d is %d', (x, expected) => {
    expect(Math.abs(normalCdf(x) - expected)).toBeLessThanOrEqual(1e-12 * expected)
  })

  it('of NaN is NaN', () => expect(normalCdf(Number.NaN)).toBeNaN())

  it('rises, and both sides of a point sum to 1', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -8, max: 8, noNaN: true }),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (x, step) => {
          expect(normalCdf(x + step)).toBeGreaterThanOrEqual(normalCdf(x))
          expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 13)
        },
      ),
    )
  })
})
