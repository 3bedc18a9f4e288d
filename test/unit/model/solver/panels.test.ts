import { kktResidual, objective, type Problem } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { fitPrepared, prepare, type Start } from '../../../../src/domain/model/solver/fit.ts'
import { PANEL_ROWS, PASS } from '../../../../src/domain/model/solver/kernel.ts'
import { fastestKernel, Panels } from '../../../../src/domain/model/solver/panels.ts'
import { matrixRows } from '../../../../src/domain/model/solver/row-source.ts'

function problemOf(n: number, share = 0.5): Problem {
  const random = randomFrom(`panels/${n}`)
  const p = 3
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const edge = Math.log(share / (1 - share))
  const y = Uint8Array.from({ length: n }, (_, i) => (edge + x[i * p]! + random.normal() > 0 ? 1 : 0))
  return { x, n, p, y, weight: new Float64Array(n).fill(1), C: 0.5, l1Ratio: 0.5 }
}
function panelsOf({ x, n, p, y }: Problem, columns = [0, 1, 2]): Panels {
  const panels = new Panels(matrixRows(x, n, p), y, { columns, weight: null, offset: null, kernel: fastestKernel })
  panels.weigh(null)
  return panels
}

describe('Panels', () => {
  it('know loss and gradient of the rows, whatever number of them the last panels hold', () => {
    for (const n of [2, PANEL_ROWS - 1, PANEL_ROWS, 3 * PANEL_ROWS + 1]) {
      const problem = { ...problemOf(n), l1Ratio: 0 }
      problem.y.set([0, 1])
      const at = Float64Array.of(0.3, -0.2, 0, 0.1)
      const { loss } = panelsOf(problem).pass(at, PASS.gradient)
      const penalty = (0.3 ** 2 + 0.2 ** 2) / 2
      expect(loss / ((objective(problem, at.subarray(0, 3), 0.1) - penalty) / problem.C)).toBeCloseTo(1, 12)
    }
  })

  it('lay out some of the columns', () => {
    const problem = problemOf(500)
    const one = panelsOf(problem, [2]).pass(Float64Array.of(0.4, 0.1), PASS.loss).loss
    expect(one).toBeCloseTo(panelsOf(problem).pass(Float64Array.of(0, 0, 0.4, 0.1), PASS.loss).loss, 9)
  })

  it('give a sample that is like the whole, and none where an outcome has few rows', () => {
    const problem = problemOf(20_000)
    const panels = panelsOf(problem)
    const at = Float64Array.of(1, 0, 0, 0)
    const whole = panels.pass(at, PASS.gradient).loss / problem.n
    const sample = panels.sample(4)!
    expect(sample.n / problem.n).toBeCloseTo(0.25, 1)
    expect(sample.pass(at, PASS.gradient).loss / sample.n).toBeCloseTo(whole, 1)
    expect(panels.pass(at, PASS.gradient).loss / problem.n).toBe(whole)
    expect(panelsOf(problemOf(2000)).sample(16)).toBeNull()
    expect(panelsOf(problemOf(20_000, 0.01)).sample(16)).toBeNull()
  })
})

describe('a fit that knows nothing', () => {
  it('ends at the optimum after a part of the rows was fitted first, in fewer steps', () => {
    const problem = problemOf(20_000)
    const { x, n, p, y, C, l1Ratio } = problem
    const cold = fitPrepared(prepare(x, n, p, y), C, l1Ratio, null, null, 'tight')
    expect(kktResidual(problem, cold.coefficients, cold.intercept)).toBeLessThan(1e-9)
    const far: Start = { coefficients: [0, 0, 0], intercept: 0 }
    const rough = fitPrepared(prepare(x, n, p, y), C, l1Ratio, null, null)
    expect(rough.iterations).toBeLessThan(fitPrepared(prepare(x, n, p, y), C, l1Ratio, null, far).iterations)
  })
})

describe('a fit after others', () => {
  it('of the same problem takes one step at most', () => {
    const { x, n, p, y } = problemOf(3000)
    const prepared = prepare(x, n, p, y)
    fitPrepared(prepared, 1, 0.5, null)
    const again = fitPrepared(prepared, 1, 0.5, null)
    expect(again.iterations).toBeLessThanOrEqual(1)
  })
})
