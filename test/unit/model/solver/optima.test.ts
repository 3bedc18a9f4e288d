import { type ClassWeight, objective, type Problem, rowWeights } from 'kwx/model'
import { describe, expect, it } from 'vitest'
import { fitPrepared, prepare } from '../../../../src/domain/model/solver/fit.ts'
import { reference, referenceJson, referenceSet } from '../../../support/reference.ts'

interface Case {
  C: number
  l1_ratio: number
  class_weight: ClassWeight
  objective: number
  coef: number[]
}

const SETS = [
  ['BC', 'std'],
  ['BC', 'raw'],
  ['DG', 'std'],
  ['A', 'std'],
  ['R', 'std'],
  ['B', 'std'],
  ['S', 'std'],
  ['C', 'std'],
] as const

describe.skipIf(!reference)('the reference optima', () => {
  describe.each(SETS)('of set %s (%s)', (name, matrix) => {
    const { x, y, n, p } = reference ? referenceSet(name, matrix) : ({} as ReturnType<typeof referenceSet>)
    const cases = reference ? referenceJson<{ cases: Case[] }>(`optima/${name}.${matrix}`).cases : []
    const problemOf = ({ C, l1_ratio, class_weight }: Case): Problem => {
      return { x, n, p, y, weight: rowWeights(y, class_weight), C, l1Ratio: l1_ratio }
    }
    const prepared = reference ? prepare(x, n, p, y) : undefined
    const title = ({ C, l1_ratio, class_weight }: Case) => `C ${C}, l1_ratio ${l1_ratio}, ${class_weight}`

    it.each(cases.map((one) => [title(one), one] as const))('is reached at %s', (_, one) => {
      const problem = problemOf(one)
      const fit = fitPrepared(prepared!, one.C, one.l1_ratio, one.class_weight)
      const excess = objective(problem, fit.coefficients, fit.intercept) / one.objective - 1
      expect(excess).toBeGreaterThanOrEqual(-1e-9)
      expect(excess).toBeLessThanOrEqual(1e-6)
      expect(fit.converged, fit.reason).toBe(true)

      const tight = fitPrepared(prepared!, one.C, one.l1_ratio, one.class_weight, fit, 'tight')
      const rest = objective(problem, tight.coefficients, tight.intercept) / one.objective - 1
      expect(Math.abs(rest)).toBeLessThanOrEqual(1e-9)
      expect(tight.converged, tight.reason).toBe(true)
      // elsewhere coefficients are not unique, or far apart at objectives that are nearly equal
      if (name === 'A' && one.C <= 1 && one.l1_ratio < 1) {
        one.coef.forEach((beta, j) => {
          expect(Math.abs(tight.coefficients[j]! - beta)).toBeLessThan(1e-3)
        })
      }
    })
  })
})
