import fc from 'fast-check'
import { holm } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

describe('holm', () => {
  it.each([
    ['a table by hand', [0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]],
    ['ties', [0.02, 0.02], [0.04, 0.04]],
    ['one test', [0.3], [0.3]],
    ['large values', [0.9, 0.8], [1, 1]],
    ['no test', [], []],
  ])('of %s', (_, p, expected) => {
    const found = Array.from(holm(p))
    expect(found).toHaveLength(expected.length)
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 12)
    })
  })

  it('lies between the p-value and that of Bonferroni, keeps the order and follows its tests', () => {
    const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(pValues, (p) => {
        const found = holm(p)
        const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b)
        p.forEach((one, i) => {
          expect(found[i]!).toBeGreaterThanOrEqual(one)
          expect(found[i]!).toBeLessThanOrEqual(Math.min(1, p.length * one))
        })
        order.slice(1).forEach((i, k) => {
          expect(found[i]!).toBeGreaterThanOrEqual(found[order[k]!]!)
        })
        expect(Array.from(holm(p.toReversed()))).toEqual(Array.from(found).reverse())
      }),
    )
  })

  it('refuses what is not a p-value', () => {
    expect(() => holm([0.1, 1.2])).toThrow(expect.objectContaining({ code: 'SCORE_VALUE' }))
    expect(() => holm([Number.NaN])).toThrow('p-value is NaN in row 0')
  })
})
