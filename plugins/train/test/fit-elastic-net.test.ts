import fc from 'fast-check'
import { type ClassWeight, dualityGap, kktResidual, objective, type Problem, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson, referenceSet } from '../../../test/support/reference.ts'
import { certify, fitElasticNet } from '../src/services/fit-elastic-net.ts'

function randomProblem(seed: number, { n = 40, p = 5, C = 1, l1Ratio = 0.5 } = {}): Problem {
  const random = randomFrom(`fit/${seed}`)
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : x[i * p]! + random.normal() > 0 ? 1 : 0))
  return { x, n, p, y, weight: new Float64Array(n).fill(1), C, l1Ratio }
}
const coded = (code: string) => expect.objectContaining({ code })

describe('fitElasticNet', () => {
  it('reaches the optimum for any C, ratio and data, proven by the duality gap', () => {
    const logC = fc.double({ min: -3, max: 3, noNaN: true })
    const ratio = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.nat(10_000), logC, ratio, (seed, c, l1Ratio) => {
        const problem = randomProblem(seed, { C: 10 ** c, l1Ratio })
        const certificate = certify(problem, fitElasticNet(problem, { gap: 1e-8 }))
        expect(certificate.converged).toBe(true)
        expect(certificate.kkt).toBeLessThan(1e-9)
        expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-6)
      }),
      { numRuns: 60 },
    )
  })

  it('is not beaten by any nearby point', () => {
    const problem = randomProblem(5, { C: 3 })
    const { coefficients, intercept } = fitElasticNet(problem)
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
        const { coefficients, intercept } = fitElasticNet(problem)
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
    const cold = fitElasticNet(problem)
    const start = { coefficients: Float64Array.of(5, -5, 5, -5, 5), intercept: 3 }
    const warm = fitElasticNet(problem, { start })
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
    expect(fitElasticNet(problem)).toEqual(fitElasticNet(problem))
  })

  it('gives no weight to a constant column and shares between equal ones', () => {
    const problem = randomProblem(9, { C: 10, l1Ratio: 0.5 })
    for (let i = 0; i < problem.n; i++) {
      problem.x[i * 5 + 3] = 0
      problem.x[i * 5 + 4] = problem.x[i * 5]!
    }
    const { coefficients } = fitElasticNet(problem, { gap: 1e-10 })
    expect(coefficients[3]).toBe(0)
    expect(coefficients[4]).toBeCloseTo(coefficients[0]!, 6)
  })

  it('fits the intercept alone when every column is constant', () => {
    const problem = { ...randomProblem(15), x: new Float64Array(40 * 5) }
    const { coefficients, intercept, converged } = fitElasticNet(problem, { start: fitElasticNet(randomProblem(15)) })
    const share = problem.y.reduce((a, b) => a + b) / problem.n
    expect(Array.from(coefficients)).toEqual([0, 0, 0, 0, 0])
    expect([intercept, converged]).toEqual([expect.closeTo(Math.log(share / (1 - share)), 8), true])
  })

  it('reaches the optimum of the lasso with dependent columns, where coefficients are not unique', () => {
    const problem = randomProblem(10, { C: 1000, l1Ratio: 1 })
    for (let i = 0; i < problem.n; i++) problem.x[i * 5 + 4] = problem.x[i * 5]! - problem.x[i * 5 + 1]!
    const fit = fitElasticNet(problem, { gap: 1e-9 })
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
    const once = fitElasticNet({ ...problem, weight })
    const many = fitElasticNet(repeated)
    once.coefficients.forEach((beta, j) => {
      expect(beta).toBeCloseTo(many.coefficients[j]!, 8)
    })
  })

  it('leaves all coefficients 0 under a strong lasso, with the base rate as intercept', () => {
    const problem = randomProblem(12, { C: 1e-3, l1Ratio: 1 })
    const { coefficients, intercept } = fitElasticNet(problem)
    const share = problem.y.reduce((a, b) => a + b) / problem.n
    expect(Array.from(coefficients)).toEqual([0, 0, 0, 0, 0])
    expect(intercept).toBeCloseTo(Math.log(share / (1 - share)), 12)
  })

  it('says when it was stopped short', () => {
    const problem = randomProblem(13, { C: 100 })
    expect(fitElasticNet(problem, { maxIterations: 1 })).toMatchObject({ converged: false, iterations: 1 })
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
    expect(() => fitElasticNet(change(randomProblem(14)))).toThrow(coded(code))
  })
})

interface Optima {
  cases: { C: number; l1_ratio: number; class_weight: ClassWeight; objective: number; coef: number[] }[]
}

// The whole grid is solved on the smallest set, every third or seventh case on the others.
const SETS = [
  ['BC', 'std', 1],
  ['BC', 'raw', 1],
  ['DG', 'std', 3],
  ['A', 'std', 3],
  ['R', 'std', 3],
  ['B', 'std', 7],
] as const

describe.skipIf(!reference)('the reference optima', () => {
  it.each(SETS)('of set %s (%s) are reached', (name, matrix, every) => {
    const { x, y, n, p } = referenceSet(name, matrix)
    const { cases } = referenceJson<Optima>(`optima/${name}.${matrix}`)
    for (const { C, l1_ratio, class_weight, objective: least } of cases.filter((_, k) => k % every === 0)) {
      const problem: Problem = { x, n, p, y, weight: rowWeights(y, class_weight), C, l1Ratio: l1_ratio }
      const { coefficients, intercept } = fitElasticNet(problem)
      const excess = (objective(problem, coefficients, intercept) - least) / least
      const where = `C ${C}, l1_ratio ${l1_ratio}, ${class_weight}: ${excess}`
      expect(excess, where).toBeGreaterThanOrEqual(-1e-9)
      expect(excess, where).toBeLessThanOrEqual(1e-6)
    }
  })

  it('have coefficients that agree where they are unique', () => {
    const { x, y, n, p } = referenceSet('A', 'std')
    const unique = referenceJson<Optima>('optima/A.std').cases.filter(({ C, l1_ratio }) => C <= 1 && l1_ratio < 1)
    expect(unique.length).toBeGreaterThan(5)
    for (const { C, l1_ratio, class_weight, coef } of unique) {
      const problem: Problem = { x, n, p, y, weight: rowWeights(y, class_weight), C, l1Ratio: l1_ratio }
      const fit = fitElasticNet(problem)
      coef.forEach((beta, j) => {
        expect(Math.abs(fit.coefficients[j]! - beta)).toBeLessThan(1e-3)
      })
      expect(kktResidual(problem, fit.coefficients, fit.intercept)).toBeLessThan(1e-9)
    }
  })
})
