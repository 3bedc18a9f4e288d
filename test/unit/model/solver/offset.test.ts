import fc from 'fast-check'
import { dualityGap, gradient, kktResidual, objective, type Problem } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { fit, fitPrepared, prepare, type SolverChoice, solve } from '../../../../src/domain/model/solver/fit.ts'
import { scriptKernel } from '../../../../src/domain/model/solver/kernel-script.ts'
import { wasmKernel } from '../../../../src/domain/model/solver/kernel-wasm.ts'

const coded = (code: string) => expect.objectContaining({ code })

/** Outcomes that follow the offset and two of the columns. */
function problemOf(seed: number, { n = 60, p = 4, C = 1, l1Ratio = 0.5, size = 2 } = {}) {
  const random = randomFrom(`offset/${seed}`)
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const offset = Float64Array.from({ length: n }, () => size * random.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : offset[i]! + x[i * p]! + random.normal() > 0 ? 1 : 0))
  const weight = new Float64Array(n).fill(1)
  return { x, n, p, y, weight, offset, C, l1Ratio } satisfies Problem
}

/** The problem with its offset as one more column, whose coefficient is to be 1. */
function withColumn({ x, n, p, offset, ...rest }: ReturnType<typeof problemOf>): Problem {
  const wide = new Float64Array(n * (p + 1))
  for (let i = 0; i < n; i++) {
    wide.set(x.subarray(i * p, (i + 1) * p), i * (p + 1))
    wide[i * (p + 1) + p] = offset[i]!
  }
  const { C, l1Ratio, weight, y } = rest
  return { x: wide, n, p: p + 1, y, weight, C, l1Ratio }
}

const seeds = fc.nat(10_000)
const ratios = fc.constantFrom(0, 0.4, 1)
const strengths = fc.constantFrom(0.05, 1, 30)
const penaltyOfOne = ({ l1Ratio }: Problem) => l1Ratio + (1 - l1Ratio) / 2

describe('an offset', () => {
  it('is a column with the coefficient 1 that nothing penalises, in objective and gradient', () => {
    fc.assert(
      fc.property(seeds, ratios, strengths, (seed, l1Ratio, C) => {
        const problem = problemOf(seed, { C, l1Ratio })
        const wide = withColumn(problem)
        const random = randomFrom(`point/${seed}`)
        const beta = Array.from({ length: problem.p }, () => random.normal())
        const value = objective(problem, beta, 0.3)
        expect(value / (objective(wide, [...beta, 1], 0.3) - penaltyOfOne(problem))).toBeCloseTo(1, 12)
        const narrow = gradient(problem, beta, 0.3)
        const other = gradient(wide, [...beta, 1], 0.3)
        for (let j = 0; j < problem.p; j++) expect(narrow[j]).toBeCloseTo(other[j]!, 9)
        expect(narrow[problem.p]).toBeCloseTo(other[problem.p + 1]!, 9)
      }),
    )
  })

  it('enters the objective as brute force has it', () => {
    const problem = problemOf(1, { n: 5, p: 2, C: 3 })
    const { x, y, offset } = problem
    let loss = 0
    for (let i = 0; i < 5; i++) {
      const probability = 1 / (1 + Math.exp(-(offset[i]! + 0.2 + 0.5 * x[2 * i]! - 0.7 * x[2 * i + 1]!)))
      loss -= Math.log(y[i] === 1 ? probability : 1 - probability)
    }
    const penalty = 0.5 * (0.5 + 0.7) + 0.25 * (0.5 ** 2 + 0.7 ** 2)
    expect(objective(problem, [0.5, -0.7], 0.2)).toBeCloseTo(3 * loss + penalty, 12)
  })

  it('leads the fast solver to the optimum, proven by the residual and the gap', () => {
    fc.assert(
      fc.property(seeds, ratios, strengths, fc.constantFrom(0.1, 2, 20), (seed, l1Ratio, C, size) => {
        const problem = problemOf(seed, { C, l1Ratio, size })
        const { certificate, coefficients, intercept } = fit(problem, { solver: 'fast', tol: 'tight' })
        expect(certificate.converged, certificate.reason).toBe(true)
        expect(kktResidual(problem, coefficients, intercept)).toBeLessThan(1e-9)
        expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-6)
      }),
    )
  })

  it('gives a lower bound that no point is below', () => {
    fc.assert(
      fc.property(seeds, ratios, strengths, (seed, l1Ratio, C) => {
        const problem = problemOf(seed, { C, l1Ratio })
        const best = solve(problem, { solver: 'fast', tol: 'tight' })
        const least = objective(problem, best.coefficients, best.intercept)
        const random = randomFrom(`moved/${seed}`)
        const moved = best.coefficients.map((beta) => beta + 0.02 * random.normal())
        const { primal, dual } = dualityGap(problem, moved, best.intercept + 0.02 * random.normal())
        expect(dual).toBeLessThanOrEqual(least * (1 + 1e-9))
        expect(primal).toBeGreaterThanOrEqual(least * (1 - 1e-12))
      }),
    )
  })

  it('leads saga to the optimum of the fast solver', () => {
    for (const seed of [1, 2, 3]) {
      const problem = problemOf(seed, { C: 0.5 })
      const least = fit(problem, { solver: 'fast', tol: 'tight' }).certificate.objective
      const { certificate } = fit(problem, { solver: 'saga' })
      expect(certificate).toMatchObject({ solver: 'saga@1', converged: true })
      expect(certificate.objective / least - 1).toBeLessThan(1e-7)
    }
  })

  it('that is the same for all rows only moves the intercept', () => {
    const problem = problemOf(4, { C: 2 })
    const shifted = { ...problem, offset: new Float64Array(problem.n).fill(0.75) }
    const { offset: _, ...plain } = problem
    const one = solve(shifted, { solver: 'fast', tol: 'tight' })
    const other = solve(plain, { solver: 'fast', tol: 'tight' })
    expect(one.intercept).toBeCloseTo(other.intercept - 0.75, 9)
    one.coefficients.forEach((beta, j) => {
      expect(beta).toBeCloseTo(other.coefficients[j]!, 9)
    })
  })

  it('of zeros changes not a bit', () => {
    const { offset: _, ...plain } = problemOf(5, { C: 2 })
    const zeros = { ...plain, offset: new Float64Array(plain.n) }
    expect(solve(zeros, { solver: 'fast' })).toEqual(solve(plain, { solver: 'fast' }))
  })

  it('that knows the outcome leaves the coefficients 0 under a penalty', () => {
    const problem = problemOf(6, { C: 0.1, l1Ratio: 1 })
    const offset = Float64Array.from(problem.y, (outcome) => (outcome === 1 ? 30 : -30))
    const { coefficients, intercept } = solve({ ...problem, offset }, { solver: 'fast', tol: 'tight' })
    expect(Array.from(coefficients)).toEqual([0, 0, 0, 0])
    expect(Number.isFinite(intercept)).toBe(true)
  })

  it('goes with weights of rows and of classes', () => {
    const problem = problemOf(7, { n: 200, C: 5 })
    const { x, n, p, y, offset } = problem
    const weight = Float64Array.from({ length: n }, (_, i) => 0.5 + (i % 3))
    const positives = y.reduce((sum, outcome) => sum + outcome, 0)
    const balanced = weight.map((w, i) => w * (n / (2 * (y[i] === 1 ? positives : n - positives))))
    const prepared = prepare(x, n, p, y, weight, offset)
    const { coefficients, intercept } = fitPrepared(prepared, 5, 0.5, 'balanced', null, 'tight')
    expect(kktResidual({ ...problem, weight: balanced }, coefficients, intercept)).toBeLessThan(1e-9)
  })

  it('gives the same bits with either kernel', () => {
    const { x, n, p, y, offset } = problemOf(8, { n: 700, p: 7 })
    const fits = [wasmKernel, scriptKernel].map((kernel) => {
      const prepared = prepare(x, n, p, y, null, offset, kernel)
      return [1, 100, 0.03].map((C) => fitPrepared(prepared, C, 0.5, 'balanced'))
    })
    expect(fits[0]).toEqual(fits[1])
  })

  it.each([
    ['FIT_SHAPE', (n: number) => new Float64Array(n + 1)],
    ['FIT_NOT_FINITE', (n: number) => new Float64Array(n).fill(Number.NaN, 3, 4)],
    ['FIT_NOT_FINITE', (n: number) => new Float64Array(n).fill(Number.NEGATIVE_INFINITY, 3, 4)],
    ['FIT_NOT_FINITE', (n: number) => new Float64Array(n).fill(501, 3, 4)],
  ])('is refused with %s', (code, make) => {
    for (const solver of ['fast', 'saga'] satisfies SolverChoice[]) {
      const problem = problemOf(9)
      expect(() => solve({ ...problem, offset: make(problem.n) }, { solver })).toThrow(coded(code))
    }
  })
})
