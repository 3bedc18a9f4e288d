import fc from 'fast-check'
import { decisionValues, dualityGap, gradient, kktResidual, objective, type Problem, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

/** A small random problem and a point. */
function example(seed: number, C = 1, l1Ratio = 0.5) {
  const random = randomFrom(`objective/${seed}`)
  const [n, p] = [12, 3]
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : random.integer(2)))
  const weight = Float64Array.from({ length: n }, () => random.uniform())
  const problem: Problem = { x, n, p, y, weight, C, l1Ratio }
  return { problem, beta: Float64Array.from({ length: p }, () => random.normal()), intercept: random.normal() }
}

describe('objective', () => {
  it('is the weighted loss and the penalties, written out', () => {
    const problem: Problem = {
      x: Float64Array.of(1, 2, -1, 0.5),
      n: 2,
      p: 2,
      y: Uint8Array.of(1, 0),
      weight: Float64Array.of(2, 1),
      C: 3,
      l1Ratio: 0.25,
    }
    // z = 0.125 + 0.5 x1 - 0.25 x2 = 0.125 and -0.5
    const loss = 2 * Math.log(1 + Math.exp(-0.125)) + Math.log(1 + Math.exp(-0.5))
    const penalty = 0.25 * 0.75 + 0.5 * 0.75 * (0.25 + 0.0625)
    expect(objective(problem, [0.5, -0.25], 0.125)).toBeCloseTo(3 * loss + penalty, 12)
    expect(Array.from(decisionValues(problem, [0.5, -0.25], 0.125))).toEqual([0.125, -0.5])
  })

  it('does not overflow at large log-odds', () => {
    const { problem } = example(1)
    expect(objective(problem, [1e4, -1e4, 1e4], 0)).toBeLessThan(Number.POSITIVE_INFINITY)
  })

  it('is convex along any segment', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.double({ min: 0, max: 1, noNaN: true }), (seed, t) => {
        const a = example(seed)
        const b = example(seed + 1000)
        const at = (s: number) =>
          objective(
            a.problem,
            a.beta.map((v, j) => v + s * (b.beta[j]! - v)),
            a.intercept + s * (b.intercept - a.intercept),
          )
        return at(t) <= (1 - t) * at(0) + t * at(1) + 1e-9
      }),
    )
  })
})

describe('gradient', () => {
  it('equals the difference quotient of the objective', () => {
    fc.assert(
      fc.property(fc.nat(500), (seed) => {
        const { problem, beta, intercept } = example(seed)
        const g = gradient(problem, beta, intercept)
        const h = 1e-6
        for (let j = 0; j <= 3; j++) {
          const moved = (by: number) =>
            objective(
              problem,
              beta.map((v, k) => (k === j ? v + by : v)),
              intercept + (j === 3 ? by : 0),
            )
          const slope = (moved(h) - moved(-h)) / (2 * h)
          const smooth = j < 3 ? slope - problem.l1Ratio * Math.sign(beta[j]!) : slope
          expect(g[j]!).toBeCloseTo(smooth, 5)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('kktResidual and dualityGap', () => {
  it('bound the distance to any other point: the gap is never below the true excess', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.constantFrom(0, 0.3, 1), (seed, other, ratio) => {
        const { problem, beta, intercept } = example(seed, 2, ratio)
        const elsewhere = example(other + 1000)
        const { primal, dual } = dualityGap(problem, beta, intercept)
        expect(primal).toBeCloseTo(objective(problem, beta, intercept), 9)
        // the dual value is a lower bound of F everywhere
        expect(dual).toBeLessThanOrEqual(objective(problem, elsewhere.beta, elsewhere.intercept) + 1e-9)
        expect(dual).toBeLessThanOrEqual(objective(problem, [0, 0, 0], 0) + 1e-9)
      }),
    )
  })

  it('are 0 at the optimum of a problem that is solved by hand', () => {
    // Strong lasso: all coefficients are 0 and the intercept is the log-odds of the weighted base rate.
    const { problem } = example(7, 1e-4, 1)
    const positive = problem.weight.reduce((sum, w, i) => sum + w * problem.y[i]!, 0)
    const total = problem.weight.reduce((a, b) => a + b)
    const intercept = Math.log(positive / (total - positive))
    expect(kktResidual(problem, [0, 0, 0], intercept)).toBeLessThan(1e-15)
    expect(Math.abs(dualityGap(problem, [0, 0, 0], intercept).relative)).toBeLessThan(1e-15)
    expect(kktResidual(problem, [0, 0, 0], intercept + 0.1)).toBeGreaterThan(1e-4)
    expect(dualityGap(problem, [0.1, 0, 0], intercept).relative).toBeGreaterThan(1e-3)
  })

  it('show a NaN instead of hiding it', () => {
    const { problem } = example(3)
    expect(kktResidual(problem, [Number.NaN, 0, 0], 0)).toBeNaN()
  })
})

describe('rowWeights', () => {
  it('are 1, or make both classes weigh the same', () => {
    expect(Array.from(rowWeights(Uint8Array.of(1, 0, 0, 0), null))).toEqual([1, 1, 1, 1])
    expect(Array.from(rowWeights(Uint8Array.of(1, 0, 0, 0), 'balanced'))).toEqual([2, 2 / 3, 2 / 3, 2 / 3])
  })
})
