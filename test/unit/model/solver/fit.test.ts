import fc from 'fast-check'
import { dualityGap, objective, type Problem, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { fit, fitPrepared, prepare, type Solution, type Start, solve } from '../../../../src/domain/model/solver/fit.ts'

function randomProblem(seed: number, { n = 40, p = 5, C = 1, l1Ratio = 0.5 } = {}): Problem {
  const random = randomFrom(`fit/${seed}`)
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : x[i * p]! + random.normal() > 0 ? 1 : 0))
  return { x, n, p, y, weight: new Float64Array(n).fill(1), C, l1Ratio }
}
const tight = (problem: Problem, start?: Start): Solution => solve(problem, { solver: 'fast', tol: 'tight', start })
const coded = (code: string) => expect.objectContaining({ code })

describe('the fast solver', () => {
  it('reaches the optimum for any C, ratio and data, proven by the duality gap', () => {
    const logC = fc.double({ min: -3, max: 3, noNaN: true })
    const ratio = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.nat(10_000), logC, ratio, (seed, c, l1Ratio) => {
        const problem = randomProblem(seed, { C: 10 ** c, l1Ratio })
        const { certificate } = fit(problem, { solver: 'fast', tol: 'tight' })
        expect(certificate.converged).toBe(true)
        expect(certificate.kkt).toBeLessThan(1e-9)
        expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-6)
      }),
      { numRuns: 60 },
    )
  })

  it('is not beaten by any nearby point', () => {
    const problem = randomProblem(5, { C: 3 })
    const { coefficients, intercept } = tight(problem)
    const least = objective(problem, coefficients, intercept)
    const random = randomFrom('nearby')
    for (let k = 0; k < 200; k++) {
      const moved = coefficients.map((beta) => beta + 0.01 * random.normal())
      expect(objective(problem, moved, intercept + 0.01 * random.normal())).toBeGreaterThanOrEqual(least)
    }
  })

  it('never lies below the lower bound that the dual gives at a nearby point', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.constantFrom(0, 0.3, 0.9, 1), fc.constantFrom(0.1, 3, 100), (seed, l1Ratio, C) => {
        const problem = randomProblem(seed, { C, l1Ratio })
        const { coefficients, intercept } = tight(problem)
        const least = objective(problem, coefficients, intercept)
        const random = randomFrom(`dual/${seed}`)
        const moved = coefficients.map((beta) => beta + 0.02 * random.normal())
        expect(dualityGap(problem, moved, intercept + 0.02 * random.normal()).dual).toBeLessThanOrEqual(
          least + 1e-9 * least,
        )
      }),
    )
  })

  it('ends at the same optimum from any start', () => {
    const problem = randomProblem(6, { C: 10 })
    const cold = tight(problem)
    const start = { coefficients: Float64Array.of(5, -5, 5, -5, 5), intercept: 3 }
    const warm = tight(problem, start)
    expect(objective(problem, warm.coefficients, warm.intercept)).toBeCloseTo(
      objective(problem, cold.coefficients, cold.intercept),
      10,
    )
    warm.coefficients.forEach((beta, j) => {
      expect(beta).toBeCloseTo(cold.coefficients[j]!, 6)
    })
  })

  it('gives the same bits twice', () => {
    const problem = randomProblem(8)
    expect(tight(problem)).toEqual(tight(problem))
  })

  it('gives no weight to a constant column and shares between equal ones', () => {
    const problem = randomProblem(9, { C: 10, l1Ratio: 0.5 })
    for (let i = 0; i < problem.n; i++) {
      problem.x[i * 5 + 3] = 0
      problem.x[i * 5 + 4] = problem.x[i * 5]!
    }
    const { coefficients } = tight(problem)
    expect(coefficients[3]).toBe(0)
    expect(coefficients[4]).toBeCloseTo(coefficients[0]!, 6)
  })

  it('fits the intercept alone when every column is constant', () => {
    const problem = { ...randomProblem(15), x: new Float64Array(40 * 5) }
    const { coefficients, intercept, converged } = tight(problem, tight(randomProblem(15)))
    const share = problem.y.reduce((a, b) => a + b) / problem.n
    expect(Array.from(coefficients)).toEqual([0, 0, 0, 0, 0])
    expect([intercept, converged]).toEqual([expect.closeTo(Math.log(share / (1 - share)), 8), true])
  })

  it('reaches the optimum of the lasso with dependent columns, where coefficients are not unique', () => {
    const problem = randomProblem(10, { C: 1000, l1Ratio: 1 })
    for (let i = 0; i < problem.n; i++) problem.x[i * 5 + 4] = problem.x[i * 5]! - problem.x[i * 5 + 1]!
    const fit = tight(problem)
    expect(fit.converged).toBe(true)
    expect(dualityGap(problem, fit.coefficients, fit.intercept).relative).toBeLessThan(1e-8)
  })

  it('treats weights as repetitions and a weight of 0 as absence', () => {
    const problem = randomProblem(11)
    const weight = Float64Array.from({ length: problem.n }, (_, i) => i % 3)
    const rows = Array.from({ length: problem.n }, (_, i) => i).flatMap((i) => new Array<number>(i % 3).fill(i))
    const repeated: Problem = {
      ...problem,
      n: rows.length,
      x: Float64Array.from(rows.flatMap((i) => Array.from(problem.x.subarray(5 * i, 5 * i + 5)))),
      y: Uint8Array.from(rows, (i) => problem.y[i]!),
      weight: new Float64Array(rows.length).fill(1),
    }
    const once = tight({ ...problem, weight })
    const many = tight(repeated)
    once.coefficients.forEach((beta, j) => {
      expect(beta).toBeCloseTo(many.coefficients[j]!, 8)
    })
  })

  it('leaves all coefficients 0 under a strong lasso, with the base rate as intercept', () => {
    const problem = randomProblem(12, { C: 1e-3, l1Ratio: 1 })
    const { coefficients, intercept } = tight(problem)
    const share = problem.y.reduce((a, b) => a + b) / problem.n
    expect(Array.from(coefficients)).toEqual([0, 0, 0, 0, 0])
    expect(intercept).toBeCloseTo(Math.log(share / (1 - share)), 12)
  })

  it('says when it was stopped short', () => {
    const problem = randomProblem(13, { C: 100 })
    expect(solve(problem, { solver: 'fast', maxIterations: 1 })).toMatchObject({ converged: false, iterations: 1 })
  })

  it.each<[string, (problem: Problem) => Problem]>([
    ['FIT_SINGLE_CLASS', (problem) => ({ ...problem, y: new Uint8Array(problem.n) })],
    ['FIT_SINGLE_CLASS', (problem) => ({ ...problem, weight: Float64Array.from(problem.y) })],
    ['FIT_SINGLE_CLASS', (problem) => ({ ...problem, weight: new Float64Array(problem.n) })],
    ['FIT_NOT_FINITE', (problem) => ({ ...problem, x: problem.x.map((value, k) => (k === 7 ? Number.NaN : value)) })],
    [
      'FIT_NOT_FINITE',
      (problem) => ({ ...problem, x: problem.x.map((value, k) => (k === 7 ? Number.POSITIVE_INFINITY : value)) }),
    ],
    ['FIT_WEIGHT', (problem) => ({ ...problem, weight: problem.weight.map((_, i) => (i === 3 ? -1 : 1)) })],
    ['FIT_WEIGHT', (problem) => ({ ...problem, y: problem.y.map((_, i) => (i === 3 ? 2 : i % 2)) })],
    ['FIT_PARAMETER', (problem) => ({ ...problem, C: 0 })],
    ['FIT_PARAMETER', (problem) => ({ ...problem, C: Number.POSITIVE_INFINITY })],
    ['FIT_PARAMETER', (problem) => ({ ...problem, l1Ratio: 1.01 })],
    ['FIT_PARAMETER', (problem) => ({ ...problem, l1Ratio: Number.NaN })],
    ['FIT_SHAPE', (problem) => ({ ...problem, n: problem.n + 1 })],
    [
      'FIT_SHAPE',
      () => ({ ...randomProblem(1), n: 0, x: new Float64Array(), y: new Uint8Array(), weight: new Float64Array() }),
    ],
  ])('refuses with %s', (code, change) => {
    for (const solver of ['fast', 'saga'] as const) {
      expect(() => solve(change(randomProblem(14)), { solver })).toThrow(coded(code))
    }
  })

  it('solves with more columns than rows, one row of an outcome, and values of very different size', () => {
    const few = randomProblem(16, { n: 12, p: 30, C: 50, l1Ratio: 0.3 })
    const lone = randomProblem(17, { C: 10 })
    lone.y.fill(0).fill(1, 0, 1)
    const wild = randomProblem(18, { C: 1 })
    for (let i = 0; i < wild.n; i++) wild.x[5 * i]! *= 1e6
    for (const problem of [few, lone, wild]) {
      const { certificate, coefficients, intercept } = fit(problem, { solver: 'fast', tol: 'tight' })
      expect(certificate.converged, certificate.reason).toBe(true)
      expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-7)
      expect([...coefficients, intercept].every(Number.isFinite)).toBe(true)
    }
  })

  it('fits prepared rows as it fits them alone, whatever was fitted before', () => {
    const problem = randomProblem(19, { n: 300, p: 6 })
    const { x, n, p, y } = problem
    const prepared = prepare(x, n, p, y)
    for (const classWeight of [null, 'balanced'] as const) {
      for (const [C, l1Ratio] of [
        [0.01, 0.5],
        [100, 0.1],
        [0.1, 1],
        [1, 0],
      ] as const) {
        const alone = { ...problem, weight: rowWeights(y, classWeight), C, l1Ratio }
        const { coefficients, intercept } = tight(alone)
        const least = objective(alone, coefficients, intercept)
        const warm = fitPrepared(prepared, C, l1Ratio, classWeight)
        const excess = objective(alone, warm.coefficients, warm.intercept) / least - 1
        expect(excess).toBeLessThan(1e-6)
        expect(excess).toBeGreaterThan(-1e-9)
        expect(warm.objective / least).toBeCloseTo(1, 6)
      }
    }
  })
})
