import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { multiclassLogLoss } from '../../../src/domain/scores/index.ts'

describe('the multiclass log loss', () => {
  it('is the mean of −log p of what happened', () => {
    const ladders = [
      { p: [0.2, 0.5, 0.3], outcome: 1 },
      { p: [0.25, 0.75], outcome: 0 },
    ]
    expect(multiclassLogLoss(ladders)).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 12)
  })

  it('weighs events', () => {
    const ladders = [
      { p: [0.5, 0.5], outcome: 0, weight: 3 },
      { p: [1, 0], outcome: 0, weight: 1 },
    ]
    expect(multiclassLogLoss(ladders)).toBeCloseTo(0.75 * Math.log(2), 12)
  })

  it('is least for the truth', () => {
    const law = fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
      .map((p) => p.map((value) => value / (p[0]! + p[1]! + p[2]!)))
    fc.assert(
      fc.property(law, law, (truth, other) => {
        const expected = (p: number[]) => multiclassLogLoss(truth.map((weight, outcome) => ({ p, outcome, weight })))
        expect(expected(truth)).toBeLessThanOrEqual(expected(other) + 1e-12)
      }),
    )
  })

  it('keeps one certain mistake finite', () => {
    expect(multiclassLogLoss([{ p: [0, 1], outcome: 0 }])).toBeCloseTo(-Math.log(1e-6), 12)
  })

  it('has no value without ladders', () => expect(multiclassLogLoss([])).toBeNaN())

  it.each([
    [{ p: [0.5, 0.5], outcome: 2 }],
    [{ p: [0.5, 0.5], outcome: -1 }],
    [{ p: [1.5, -0.5], outcome: 0 }],
    [{ p: [Number.NaN, 1], outcome: 0 }],
  ])('refuses %j', (ladder) => expect(() => multiclassLogLoss([ladder])).toThrow(RangeError))
})
