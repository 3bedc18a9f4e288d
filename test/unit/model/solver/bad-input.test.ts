import { type Design, fitScaler, objective, type Problem, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { search } from '../../../../plugins/train/src/services/search/search.ts'
import type { SearchConfig } from '../../../../plugins/train/src/services/search/space.ts'
import { fit, solve } from '../../../../src/domain/model/solver/fit.ts'

const coded = (code: string) => expect.objectContaining({ code })
const SOLVERS = ['fast', 'saga'] as const

function problemOf(seed: number, { n = 60, p = 4, C = 1, l1Ratio = 0.5 } = {}): Problem {
  const random = randomFrom(`bad/${seed}`)
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : x[i * p]! + random.normal() > 0 ? 1 : 0))
  return { x, n, p, y, weight: new Float64Array(n).fill(1), C, l1Ratio }
}
const designOf = (columns: number[][]): Design => ({
  names: columns.map((_, j) => `x${j}`),
  n: columns[0]!.length,
  values: Float64Array.from(columns.flat()),
})
const allOf = (n: number) => Int32Array.from({ length: n }, (_, i) => i)

describe.each(SOLVERS)('%s', (solver) => {
  it.each([-1, 0, Number.NaN, Number.POSITIVE_INFINITY])('refuses C = %d', (C) => {
    expect(() => solve({ ...problemOf(1), C }, { solver })).toThrow(coded('FIT_PARAMETER'))
  })

  it.each([-0.01, 1.01, Number.NaN])('refuses l1_ratio = %d', (l1Ratio) => {
    expect(() => solve({ ...problemOf(1), l1Ratio }, { solver })).toThrow(coded('FIT_PARAMETER'))
  })

  it.each([1e300, -1e300, 2e100, Number.MAX_VALUE])('refuses a value of %d and says where it is', (value) => {
    const problem = problemOf(2)
    problem.x[4 * 3 + 2] = value
    const error = expect.objectContaining({ code: 'FIT_TOO_LARGE', details: { row: 3, column: 2 } })
    expect(() => solve(problem, { solver })).toThrow(error)
  })

  it('refuses weights of 0 for all rows of an outcome, and fits when only some are 0', () => {
    const problem = problemOf(3)
    const weight = Float64Array.from(problem.y, (outcome) => (outcome === 1 ? 0 : 1))
    expect(() => solve({ ...problem, weight }, { solver })).toThrow(coded('FIT_SINGLE_CLASS'))
    const some = Float64Array.from({ length: problem.n }, (_, i) => (i % 3 === 0 ? 0 : 1))
    const { certificate } = fit({ ...problem, weight: some }, { solver })
    expect(certificate.converged, certificate.reason).toBe(true)
  })

  it('gives a constant column 0 and equal columns equal shares', () => {
    const problem = problemOf(4)
    for (let i = 0; i < problem.n; i++) {
      problem.x[4 * i + 2] = 0
      problem.x[4 * i + 3] = problem.x[4 * i]!
    }
    const { coefficients } = fit(problem, { solver })
    expect(coefficients[2]).toBe(0)
    expect(coefficients[3]).toBeCloseTo(coefficients[0]!, 4)
    expect(coefficients[0]).not.toBe(0)
  })

  it('fits fewer rows than columns', () => {
    const { certificate, coefficients } = fit(problemOf(5, { n: 10, p: 25 }), { solver })
    expect(certificate.converged, certificate.reason).toBe(true)
    expect(coefficients.every(Number.isFinite)).toBe(true)
  })

  it('fits a single row of each outcome', () => {
    const { certificate, intercept } = fit(problemOf(6, { n: 2 }), { solver })
    expect(certificate.converged, certificate.reason).toBe(true)
    expect(Number.isFinite(intercept)).toBe(true)
  })
})

describe('the fast solver on columns of very different size', () => {
  const sizes = [1e-9, 1e-3, 1e3, 1e6, 1e9, 1e20]
  it.each(sizes.flatMap((size) => [0, 0.5, 1].map((l1Ratio) => [size, l1Ratio] as const)))(
    'ends at the optimum of one that is %d times the others, l1_ratio %d',
    (size, l1Ratio) => {
      const problem = problemOf(7, { l1Ratio })
      for (let i = 0; i < problem.n; i++) problem.x[4 * i + 1]! *= size
      const { certificate, coefficients, intercept } = fit(problem, { solver: 'fast' })
      expect(certificate.converged, certificate.reason).toBe(true)
      // moving any of them by itself, in its own units, gains next to nothing
      const least = certificate.objective
      for (let j = 0; j < 4; j++) {
        for (const step of [1e-3, -1e-3, 1e-5, -1e-5]) {
          const moved = coefficients.with(j, coefficients[j]! + (j === 1 ? step / size : step))
          expect(objective(problem, moved, intercept)).toBeGreaterThan(least * (1 - 1e-6))
        }
      }
    },
  )
})

describe('fitScaler', () => {
  it.each([1e300, -1e300, Number.MAX_VALUE])('refuses a column with a value of %d by its name', (value) => {
    const design = designOf([
      [1, 2, 3, 4],
      [0, value, 1, 2],
    ])
    const error = expect.objectContaining({ code: 'TRAINING_TOO_LARGE', details: { column: 'x1' } })
    expect(() => fitScaler(design, allOf(4))).toThrow(error)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a column with %d', (value) => {
    expect(() => fitScaler(designOf([[1, value, 2]]), allOf(3))).toThrow(coded('TRAINING_TOO_LARGE'))
  })

  it('standardises values of 1e140', () => {
    const { mean, scale } = fitScaler(designOf([[1e140, 3e140]]), allOf(2))
    expect([mean[0]! / 1e140, scale[0]! / 1e140]).toEqual([expect.closeTo(2, 12), expect.closeTo(1, 12)])
  })
})

describe('search', () => {
  const config: SearchConfig = {
    penalties: ['elasticnet'],
    trials: 6,
    cv_splits: 2,
    solver: 'auto',
    search_space: { C_min: 0.01, C_max: 10, l1_ratio_min: 0.2, l1_ratio_max: 0.8, class_weight: [null, 'balanced'] },
    search: { method: 'trials', startup_trials: 3, C_values: 2, l1_ratio_values: 2, objective: 'brier' },
  }
  const column = Array.from({ length: 40 }, (_, i) => Math.sin(i * i))
  const day = Int32Array.from({ length: 40 }, (_, i) => i >> 2)

  it('refuses a fold whose training rows have one outcome', () => {
    // all of outcome 1 on one day: without it nothing is left of them
    const label = Uint8Array.from({ length: 40 }, (_, i) => (i < 3 ? 1 : 0))
    const run = () => search(designOf([column]), label, day, allOf(40), config, randomFrom('one'))
    expect(run).toThrow(coded('FIT_SINGLE_CLASS'))
  })

  it('scores a fold whose test rows have one outcome, without a NaN', () => {
    const label = Uint8Array.from({ length: 40 }, (_, i) => (day[i]! < 4 && i % 2 === 0 ? 1 : 0))
    const five = { ...config, cv_splits: 5 }
    const { trials } = search(designOf([column]), label, day, allOf(40), five, randomFrom('two'))
    for (const { fold_scores } of trials) expect(fold_scores.every(Number.isFinite)).toBe(true)
  })

  it('of constant columns alone still chooses a trial', () => {
    const label = Uint8Array.from({ length: 40 }, (_, i) => i % 2)
    const constant = designOf([new Array<number>(40).fill(7)])
    const { trials, chosen } = search(constant, label, day, allOf(40), config, randomFrom('three'))
    expect(trials[chosen]!.objective).toBeCloseTo(0.25, 3)
  })
})

describe('saga under a penalty too weak for it', () => {
  /** Bid, ask and their mean: the columns of a market. */
  function collinear(C: number): Problem {
    const random = randomFrom('collinear')
    const [n, p] = [300, 4]
    const x = new Float64Array(n * p)
    for (let i = 0; i < n; i++) {
      const mid = random.normal()
      const half = 0.01 * random.normal()
      x.set([mid, mid - half, mid + half, random.normal()], i * p)
    }
    const y = Uint8Array.from({ length: n }, (_, i) =>
      x[i * p]! + 40 * (x[i * p + 2]! - x[i * p]!) + random.normal() > 0 ? 1 : 0,
    )
    return { x, n, p, y, weight: rowWeights(y, null), C, l1Ratio: 0.5 }
  }

  it('stops at its limit, says that it has not converged, and certifies how far it is', () => {
    const problem = collinear(1000)
    const slow = fit(problem, { solver: 'saga', maxIterations: 300 })
    const best = fit(problem, { solver: 'fast', tol: 'tight' })
    expect(slow.certificate).toMatchObject({ converged: false, reason: 'iteration limit', iterations: 300 })
    const again = objective(problem, slow.coefficients, slow.intercept)
    expect(slow.certificate.objective / again).toBeCloseTo(1, 12)
    const excess = slow.certificate.objective / best.certificate.objective - 1
    expect(excess).toBeGreaterThan(1e-6)
    // the gap is an upper bound of what is missing
    const allowed = (slow.certificate.relativeGap * slow.certificate.objective) / best.certificate.objective
    expect(excess).toBeLessThanOrEqual(allowed + 1e-9)
    expect(slow.certificate.kkt).toBeGreaterThan(1e-7)
    expect(best.certificate.converged).toBe(true)
  })

  it('has converged when it says so', () => {
    const problem = collinear(0.05)
    const { certificate } = fit(problem, { solver: 'saga' })
    expect(certificate.converged).toBe(true)
    expect(certificate.kkt).toBeLessThanOrEqual(1e-7)
  })
})
