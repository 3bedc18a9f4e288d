import fc from 'fast-check'
import { brier, ece, logLoss, reliabilityBins } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson } from '../support/reference.ts'

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true })), {
  minLength: 1,
  maxLength: 60,
})
const split = (pairs: readonly (readonly [number, number])[]) =>
  [pairs.map(([y]) => y), pairs.map(([, p]) => p)] as const

describe('logLoss', () => {
  it.each([
    [[1], [0.5], Math.LN2],
    [[1, 0], [0.8, 0.2], -Math.log(0.8)],
    [[1], [0], -Math.log(1e-6)],
    [[0], [1], -Math.log(1e-6)],
  ])('of outcomes %j with probabilities %j is %d', (y, p, expected) => expect(logLoss(y, p)).toBeCloseTo(expected, 9))

  it('weighs rows', () =>
    expect(logLoss([1, 0], [0.8, 0.5], [3, 1])).toBeCloseTo((-3 * Math.log(0.8) + Math.LN2) / 4, 12))
  it('refuses lengths that differ', () =>
    expect(() => logLoss([1, 0], [0.5])).toThrow('2 outcomes but 1 probabilities'))
  it('of no rows is not a number', () => expect(logLoss([], [])).toBeNaN())
  it('is smallest at the share of 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 19 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (ones, q) => {
        const y = Array.from({ length: 20 }, (_, i) => (i < ones ? 1 : 0))
        return (
          logLoss(
            y,
            y.map(() => ones / 20),
          ) <=
          logLoss(
            y,
            y.map(() => q),
          ) +
            1e-12
        )
      }),
    )
  })
})

describe('brier', () => {
  it('is the mean squared error', () => expect(brier([1, 0], [0.7, 0.4])).toBeCloseTo((0.09 + 0.16) / 2, 12))
  it('lies in [0, 1]', () => {
    fc.assert(fc.property(rows, (pairs) => brier(...split(pairs)) >= 0 && brier(...split(pairs)) <= 1))
  })
})

describe('reliabilityBins', () => {
  it.each([
    [0, 0],
    [0.1, 0],
    [0.1 + Number.EPSILON, 1],
    [0.3, 2],
    [0.7, 6],
    [0.1 * 3, 3], // 0.30000000000000004 lies above the edge
    [1, 9],
  ])('puts %d into bin %i', (p, bin) =>
    expect(reliabilityBins([1], [p]).findIndex(({ count }) => count === 1)).toBe(bin),
  )

  it('puts each row into the one bin (low, high] that holds it', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (pairs, bins) => {
        const [y, p] = split(pairs)
        reliabilityBins(y, p, bins).forEach(({ low, high, count }, k) => {
          expect(count).toBe(p.filter((q) => (q > low || (k === 0 && q === 0)) && q <= high).length)
        })
      }),
    )
  })

  it('refuses what is not a probability', () => {
    expect(() => reliabilityBins([1], [Number.NaN])).toThrow('NaN is not a probability')
    expect(() => reliabilityBins([1], [1.1])).toThrow('1.1 is not a probability')
  })
})

describe('ece', () => {
  it('is the weighted mean distance of the bins', () => {
    // (0, 0.1]: mean 0.05, observed 0.5; (0.8, 0.9]: mean 0.85, observed 1
    expect(ece([1, 0, 1, 1], [0.05, 0.05, 0.85, 0.85])).toBeCloseTo(0.5 * 0.45 + 0.5 * 0.15, 12)
  })
  it('is 0 for certain and right', () => expect(ece([0, 1], [0, 1])).toBe(0))
  it('lies in [0, 1]', () => {
    fc.assert(fc.property(rows, (pairs) => ece(...split(pairs)) >= 0 && ece(...split(pairs)) <= 1 + 1e-12))
  })
})

interface MetricCase {
  name: string
  y: number[]
  p: number[]
  sample_weight: number[] | null
  brier: number
  log_loss_eps_default: number
  log_loss_eps_1e15: number
}

describe.skipIf(!reference)('the reference cases of scores', () => {
  it('agree with scikit-learn', () => {
    const { cases } = referenceJson<{ cases: MetricCase[] }>('calibration/metrics')
    expect(cases.length).toBeGreaterThan(0)
    for (const { name, y, p, sample_weight, ...expected } of cases) {
      const weight = sample_weight ?? undefined
      expect(brier(y, p, weight), name).toBeCloseTo(expected.brier, 12)
      expect(logLoss(y, p, weight, 1e-15), name).toBeCloseTo(expected.log_loss_eps_1e15, 10)
      // scikit-learn also rescales the pair of probabilities, which shows from 1e-15 on
      expect(logLoss(y, p, weight, Number.EPSILON), name).toBeCloseTo(expected.log_loss_eps_default, 6)
    }
  })
})
