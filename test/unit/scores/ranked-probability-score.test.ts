import fc from 'fast-check'
import { meanRankedProbabilityScore, rankedProbabilityScore } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

const ladders = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }).chain((parts) => {
  const total = parts.reduce((a, b) => a + b)
  return fc.record({ p: fc.constant(parts.map((part) => part / total)), outcome: fc.nat(parts.length - 1) })
})

describe('rankedProbabilityScore', () => {
  it.each([
    [[0, 1, 0], 1, 0],
    [[1, 0, 0], 2, 2], // two steps off
    [[0, 1, 0], 2, 1], // a near miss
    [[0.2, 0.5, 0.3], 1, 0.04 + 0.09],
    [[0.25, 0.25, 0.25, 0.25], 0, 0.5625 + 0.25 + 0.0625],
    [[0.3, 0.7], 0, 0.49], // the Brier score of two brackets
    [[1], 0, 0],
  ])('of %j with outcome %i is %d', (p, outcome, expected) =>
    expect(rankedProbabilityScore({ p, outcome })).toBeCloseTo(expected, 12),
  )

  it.each([
    [[0.5, 0.6], 0, 'sums to 1.1'],
    [[0.5, 0.5], 2, 'Outcome 2 is none of 2 brackets'],
    [[], 0, 'none of 0 brackets'],
    [[1.5, -0.5], 0, '1.5 is not a probability'],
    [[Number.NaN, 1], 0, 'NaN is not a probability'],
    [[1, 0], 0.5, 'Outcome 0.5'],
  ])('of %j with outcome %d is refused', (p, outcome, message) =>
    expect(() => rankedProbabilityScore({ p, outcome })).toThrow(message),
  )

  it('is 0 for certain and right only, and at most K − 1', () => {
    fc.assert(
      fc.property(ladders, ({ p, outcome }) => {
        const certain = p.map((_, k) => (k === outcome ? 1 : 0))
        expect(rankedProbabilityScore({ p: certain, outcome })).toBe(0)
        const score = rankedProbabilityScore({ p, outcome })
        expect(score > 0).toBe(p.length > 1)
        expect(score).toBeLessThanOrEqual(p.length - 1)
      }),
    )
  })

  it('is the same for a ladder read from its other end', () => {
    fc.assert(
      fc.property(ladders, ({ p, outcome }) => {
        const turned = { p: [...p].reverse(), outcome: p.length - 1 - outcome }
        expect(rankedProbabilityScore(turned)).toBeCloseTo(rankedProbabilityScore({ p, outcome }), 12)
      }),
    )
  })

  it('does not change when an impossible bracket is added at an end', () => {
    fc.assert(
      fc.property(ladders, ({ p, outcome }) => {
        const score = rankedProbabilityScore({ p, outcome })
        expect(rankedProbabilityScore({ p: [...p, 0], outcome })).toBeCloseTo(score, 12)
        expect(rankedProbabilityScore({ p: [0, ...p], outcome: outcome + 1 })).toBeCloseTo(score, 12)
      }),
    )
  })

  it('is least, on the average, for the true probabilities', () => {
    fc.assert(
      fc.property(ladders, ladders, ({ p: truth }, { p: other }) => {
        fc.pre(truth.length === other.length)
        const expected = (p: number[]) =>
          truth.reduce((sum, q, outcome) => sum + q * rankedProbabilityScore({ p, outcome }), 0)
        expect(expected(truth)).toBeLessThanOrEqual(expected(other) + 1e-12)
      }),
    )
  })
})

describe('meanRankedProbabilityScore', () => {
  it('weighs events', () => {
    const events = [
      { p: [1, 0], outcome: 1, weight: 3 },
      { p: [1, 0], outcome: 0 },
    ]
    expect(meanRankedProbabilityScore(events)).toBe(0.75)
  })
  it('of no events is not a number', () => expect(meanRankedProbabilityScore([])).toBeNaN())
})
