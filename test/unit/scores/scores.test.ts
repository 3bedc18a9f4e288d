import fc from 'fast-check'
import { auc, brier, dayBlockBootstrap, ece, logLoss, reliabilityBins } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson } from '../../support/reference.ts'

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

describe('auc', () => {
  const scores = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 })),
    {
      minLength: 1,
      maxLength: 40,
    },
  )

  it('is the share of pairs in the right order, ties one half, with weights', () => {
    fc.assert(
      fc.property(scores, (rows) => {
        let [won, pairs] = [0, 0]
        for (const [yi, pi, wi] of rows) {
          for (const [yj, pj, wj] of rows) {
            if (yi !== 1 || yj !== 0) continue
            pairs += wi * wj
            won += wi * wj * (pi > pj ? 1 : pi === pj ? 0.5 : 0)
          }
        }
        const columns = [0, 1, 2].map((k) => rows.map((row) => row[k]!)) as [number[], number[], number[]]
        if (pairs === 0) expect(auc(...columns)).toBeNaN()
        else expect(auc(...columns)).toBeCloseTo(won / pairs, 12)
      }),
    )
  })

  it('does not depend on the order of rows', () => {
    expect(auc([1, 0, 0, 1], [0.5, 0.5, 0.5, 0.5])).toBe(0.5)
    expect(auc([0, 1, 1, 0], [0.5, 0.5, 0.5, 0.5])).toBe(0.5)
  })

  it('tells scores apart that differ in their last bit, and takes infinite ones', () => {
    expect(auc([0, 1], [0.5, 0.5 + Number.EPSILON / 4])).toBe(0.5)
    expect(auc([0, 1], [0.5, 0.5 + Number.EPSILON / 2])).toBe(1)
    expect(auc([0, 1, 1], [-Infinity, Infinity, Infinity])).toBe(1)
  })

  it('of one outcome is not a number', () => {
    expect(auc([1, 1], [0.2, 0.4])).toBeNaN()
    expect(auc([], [])).toBeNaN()
  })

  it('refuses scores that are not numbers, and lengths that differ', () => {
    expect(() => auc([0, 1], [0.1, Number.NaN])).toThrow('NaN is not a score')
    expect(() => auc([0, 1], [0.1])).toThrow('2 outcomes but 1 probabilities')
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
  /** Null when there is one outcome only. */
  auc: number | null
}

describe('weights', () => {
  it('count a row of weight 2 as two rows in bins and calibration error', () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [y, p] = split(pairs)
        const twice = split([...pairs, ...pairs])
        expect(
          ece(
            y,
            p,
            10,
            y.map(() => 2),
          ),
        ).toBeCloseTo(ece(...twice), 12)
        reliabilityBins(
          y,
          p,
          10,
          y.map(() => 2),
        ).forEach(({ count, weight }) => {
          expect(weight).toBe(2 * count)
        })
      }),
    )
    expect(ece([1, 0], [0.35, 0.35], 10, [3, 1])).toBeCloseTo(0.4, 12)
    expect(ece([1], [0.35], 10, [0])).toBeNaN()
  })

  it('count rows in the bootstrap', () => {
    const [day, difference] = [
      [1, 1, 2, 3],
      [1, 3, 5, -1],
    ]
    const twice = dayBlockBootstrap([...day, ...day], [...difference, ...difference], { seed: 1 })
    const weighted = dayBlockBootstrap(day, difference, { seed: 1, weight: [2, 2, 2, 2] })
    expect(weighted).toEqual(twice)
    expect(dayBlockBootstrap(day, difference, { seed: 1, weight: [1, 0, 1, 0] }).mean).toBe(3)
    expect(() => dayBlockBootstrap(day, difference, { seed: 1, weight: [1] })).toThrow('4 days but 1 weights')
  })
})

describe.skipIf(!reference)('the reference cases of scores', () => {
  const { cases } = reference ? referenceJson<{ cases: MetricCase[] }>('calibration/metrics') : { cases: [] }
  it.each(cases.map((one) => [one.name, one] as const))('%s agree with scikit-learn', (_, one) => {
    const { y, p, sample_weight, ...expected } = one
    const weight = sample_weight ?? undefined
    expect(Math.abs(brier(y, p, weight) - expected.brier)).toBeLessThan(1e-14)
    expect(Math.abs(logLoss(y, p, weight, 1e-15) - expected.log_loss_eps_1e15)).toBeLessThan(1e-12)
    expect(Math.abs(logLoss(y, p, weight, Number.EPSILON) - expected.log_loss_eps_default)).toBeLessThan(1e-12)
    if (expected.auc === null) expect(auc(y, p, weight)).toBeNaN()
    else expect(Math.abs(auc(y, p, weight) - expected.auc)).toBeLessThan(1e-12)
  })
})

interface EceCase {
  name: string
  p: number[]
  y: number[]
  brier: number
  log_loss: number
  [key: string]: unknown
}

describe.skipIf(!reference)('the reference cases of calibration error', () => {
  const { cases } = reference ? referenceJson<{ cases: EceCase[] }>('calibration/ece') : { cases: [] }
  const all = cases.flatMap((one) => [5, 10, 15].map((bins) => [one.name, bins, one] as const))

  it.each(all)('%s in %i bins are those of scikit-learn, whose edges belong to the bin below too', (_, bins, one) => {
    const curve = one[`sk_curve_${bins}`] as { prob_true: number[]; prob_pred: number[] }
    // numpy's edges are k · (1 / bins), at times one double above the nearest to k / bins: such a p counts as the edge
    const edgeOf = (p: number) =>
      Array.from({ length: bins }, (_, k) => k).find((k) => p > k / bins && p <= k * (1 / bins))
    const p = one.p.map((value) => (edgeOf(value) === undefined ? value : edgeOf(value)! / bins))
    const full = reliabilityBins(one.y, p, bins).filter(({ count }) => count > 0)
    expect(full.map(({ observed }) => observed)).toEqual(curve.prob_true.map((value) => expect.closeTo(value, 12)))
    expect(full.map(({ meanP }) => meanP)).toEqual(curve.prob_pred.map((value) => expect.closeTo(value, 12)))
  })

  it.each(all)('%s in %i bins differ from binning by floor only by the rows on an edge', (_, bins, one) => {
    const floor = (p: number) => Math.min(bins - 1, Math.floor(p * bins))
    const sums = Array.from({ length: bins }, () => ({ n: 0, p: 0, y: 0 }))
    one.p.forEach((p, i) => {
      const bin = sums[floor(p)]!
      bin.n++
      bin.p += p
      bin.y += one.y[i]!
    })
    const byFloor = sums.reduce((sum, { n, p, y }) => sum + (n > 0 ? Math.abs(p - y) / one.p.length : 0), 0)
    expect(byFloor).toBeCloseTo(one[`ece_${bins}`] as number, 12)
    const onEdge = one.p.filter((p) => p > 0 && p < 1 && floor(p) !== floor(p - 1e-12)).length
    expect(Math.abs(ece(one.y, one.p, bins) - byFloor)).toBeLessThanOrEqual((2 * onEdge) / one.p.length + 1e-12)
  })

  it.each(cases.map((one) => [one.name, one] as const))('%s have the Brier score and the log loss', (_, one) => {
    expect(brier(one.y, one.p)).toBeCloseTo(one.brier, 12)
    expect(logLoss(one.y, one.p, undefined, Number.EPSILON)).toBeCloseTo(one.log_loss, 12)
  })
})
