import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { objective, type Problem, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'
import { rowDrawer } from '../../../../src/domain/model/solver/draw-rows.ts'
import { chosenSolver, fit, solve } from '../../../../src/domain/model/solver/fit.ts'
import { saga } from '../../../../src/domain/model/solver/saga.ts'
import { reference, referenceJson, referenceSet } from '../../../support/reference.ts'

interface Trace {
  x: number[][]
  y: number[]
  runs: {
    C: number
    l1_ratio: number
    /** State that scikit-learn's generator started with. */
    generator: number
    trace: { epoch: number; coefficients: number[]; intercept: number }[]
  }[]
}

const stored = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'saga-trace.json'), 'utf8')) as Trace

function rareProblem(C: number): Problem {
  const random = randomFrom('rare')
  const [n, p] = [600, 3]
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const y = Uint8Array.from({ length: n }, (_, i) => (i % 40 === 0 || x[i * p]! > 2.5 ? 1 : 0))
  return { x, n, p, y, weight: rowWeights(y, 'balanced'), C, l1Ratio: 0.5 }
}

describe('saga', () => {
  it.each(stored.runs)(
    'makes the iterates of scikit-learn at C $C, l1_ratio $l1_ratio',
    ({ C, l1_ratio, generator, trace }) => {
      const x = Float64Array.from(stored.x.flat())
      const y = Uint8Array.from(stored.y)
      const problem = { x, n: y.length, p: x.length / y.length, y, weight: rowWeights(y, null), C, l1Ratio: l1_ratio }
      let compared = 0
      saga(problem, {
        seed: generator,
        maxIterations: 40,
        tol: 'tight',
        trace(epoch, coefficients, intercept) {
          const then = trace.find((entry) => entry.epoch === epoch)
          if (!then) return
          compared++
          expect(Math.abs(intercept - then.intercept)).toBeLessThan(1e-13)
          then.coefficients.forEach((beta, j) => {
            expect(Math.abs(coefficients[j]! - beta)).toBeLessThan(1e-13)
          })
        },
      })
      expect(compared).toBe(trace.length)
    },
  )

  it('converges on rare outcomes with heavy weights', () => {
    for (const C of [0.01, 1, 100]) {
      const problem = rareProblem(C)
      const { certificate } = fit(problem, { solver: 'saga' })
      const least = fit(problem, { solver: 'fast', tol: 'tight' }).certificate.objective
      expect(certificate).toMatchObject({ solver: 'saga@1', converged: true, reason: 'coefficients at rest' })
      expect(certificate.objective / least - 1).toBeLessThan(1e-7)
    }
  })

  it('says when it came to its limit', () => {
    const { converged, reason, iterations } = saga(rareProblem(1), { maxIterations: 3 })
    expect({ converged, reason, iterations }).toEqual({ converged: false, reason: 'iteration limit', iterations: 3 })
  })

  it('draws other rows with another seed, and the same with the same', () => {
    const short = (seed: number) => saga(rareProblem(1), { maxIterations: 2, seed }).coefficients
    expect(short(5)).toEqual(short(5))
    expect(short(5)).not.toEqual(short(6))
  })
})

describe('rowDrawer', () => {
  it('draws in proportion to weights, and never a row without weight', () => {
    const weight = Float64Array.of(0, 1, 3, 0, 6)
    const draw = rowDrawer(weight, 7)
    const counts = new Float64Array(5)
    for (let k = 0; k < 100_000; k++) counts[draw()]!++
    weight.forEach((w, i) => {
      expect(Math.abs(counts[i]! / 100_000 - w / 10)).toBeLessThan(w === 0 ? 1e-12 : 0.01)
    })
  })
})

describe('chosenSolver', () => {
  it('takes the fast one unless saga is named, and fits say which it was', () => {
    expect([chosenSolver('auto'), chosenSolver('fast'), chosenSolver('saga')]).toEqual(['fast', 'fast', 'saga'])
    expect(solve(rareProblem(1), { solver: 'auto' }).solver).toBe('fast@1')
  })
})

describe.skipIf(!reference)('saga on the reference sets', () => {
  interface Case {
    C: number
    l1_ratio: number
    class_weight: null | 'balanced'
    objective: number
  }
  it.each(['BC', 'A', 'R'])('reaches the optima of set %s under strong penalties, weighted ones as well', (name) => {
    const { x, y, n, p } = referenceSet(name, 'std')
    const cases = referenceJson<{ cases: Case[] }>(`optima/${name}.std`).cases
    const few = cases.filter(
      ({ C, l1_ratio }) => (l1_ratio === 0.5 || name === 'BC') && C <= (name === 'BC' ? 0.1 : 0.01),
    )
    for (const { C, l1_ratio, class_weight, objective: least } of few) {
      const problem = { x, n, p, y, weight: rowWeights(y, class_weight), C, l1Ratio: l1_ratio }
      const { coefficients, intercept, converged } = saga(problem)
      expect(converged).toBe(true)
      expect(objective(problem, coefficients, intercept) / least - 1).toBeLessThan(1e-6)
    }
  })
})
