import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { objective, type Problem, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { cholesky, solveFactored } from '../../../../src/domain/model/solver/cholesky.ts'
import { type ColumnKernel, layOutColumns } from '../../../../src/domain/model/solver/column-kernel.ts'
import { columnKernelSource } from '../../../../src/domain/model/solver/column-program.ts'
import { ColumnRows } from '../../../../src/domain/model/solver/column-rows.ts'
import { scriptColumnKernel } from '../../../../src/domain/model/solver/column-script.ts'
import { wasmColumnKernel } from '../../../../src/domain/model/solver/column-wasm.ts'
import { fit, fitPrepared, prepare, solve } from '../../../../src/domain/model/solver/fit.ts'
import { fastestKernel, Panels } from '../../../../src/domain/model/solver/panels.ts'
import { proximalNewton } from '../../../../src/domain/model/solver/proximal-newton.ts'
import { matrixRows } from '../../../../src/domain/model/solver/row-source.ts'
import { isWide, WideFits } from '../../../../src/domain/model/solver/wide-fits.ts'

interface Shape {
  readonly n: number
  readonly p: number
  readonly C: number
  readonly l1Ratio: number
  /** What is unusual about the rows. */
  readonly kind: 'plain' | 'duplicates' | 'constants' | 'weights' | 'separable' | 'offsets' | 'dependent'
}

function randomProblem(seed: number, { n, p, C, l1Ratio, kind }: Shape): Problem {
  const random = randomFrom(`wide/${seed}`)
  const x = Float64Array.from({ length: n * p }, () => random.normal())
  const noise = kind === 'separable' ? 0 : 2
  const weight = new Float64Array(n).fill(1)
  const y = Uint8Array.from({ length: n }, (_, i) =>
    i < 2 ? i : x[i * p]! - 2 * x[i * p + 3]! + noise * random.normal() > 0 ? 1 : 0,
  )
  for (let i = 0; i < n; i++) {
    if (kind === 'duplicates') for (let j = 0; j < 20; j++) x[i * p + p - 1 - j] = x[i * p + j]!
    if (kind === 'dependent') for (let j = 20; j < 40; j++) x[i * p + j] = (x[i * p + j - 20]! + x[i * p + j - 19]!) / 2
    if (kind === 'constants') for (let j = 2; j < 30; j += 5) x[i * p + j] = 0
    if (kind === 'weights') weight[i] = i < 2 ? 1 : i % 3
  }
  const offset = kind === 'offsets' ? Float64Array.from({ length: n }, () => random.normal()) : undefined
  return { x, n, p, y, weight, offset, C, l1Ratio }
}

/** The optimum by the panels' solver. */
function panelsValue({ x, n, p, y, weight, offset, C, l1Ratio }: Problem): number {
  const source = matrixRows(x, n, p)
  const kept = source.columnsInUse()
  const panels = new Panels(source, y, { columns: kept, weight, offset: offset ?? null, kernel: fastestKernel })
  panels.weigh(null)
  const start = { at: new Float64Array(kept.length + 1), hessian: null }
  const scale = 1 / (C * n)
  return proximalNewton(panels, scale * l1Ratio, scale * (1 - l1Ratio), start, { tight: true }).value * C * n
}

describe('the solver of many columns', () => {
  it('ends at the optimum of the other solver, whatever the rows are like', () => {
    const shape = fc.record({
      n: fc.integer({ min: 30, max: 300 }),
      p: fc.integer({ min: 81, max: 130 }),
      C: fc.constantFrom(0.003, 0.1, 1, 30),
      l1Ratio: fc.constantFrom(0, 0.3, 0.8, 1),
      kind: fc.constantFrom('plain', 'duplicates', 'constants', 'weights', 'separable', 'offsets', 'dependent'),
    })
    fc.assert(
      fc.property(fc.nat(10_000), shape, (seed, one) => {
        const problem = randomProblem(seed, one)
        expect(isWide(one.n, one.p)).toBe(true)
        const optimum = panelsValue(problem)
        for (const [tol, above] of [
          ['default', 1e-6],
          ['tight', 1e-9],
        ] as const) {
          const found = solve(problem, { solver: 'fast', tol })
          expect(found.converged, found.reason).toBe(true)
          const excess = objective(problem, found.coefficients, found.intercept) / optimum - 1
          expect(excess).toBeLessThan(above)
          expect(excess).toBeGreaterThan(-1e-9)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('is not fooled by columns that are sums of others, under a weak penalty', () => {
    const [n, p] = [400, 90]
    const random = randomFrom('wide/prices')
    const x = new Float64Array(n * p)
    const y = new Uint8Array(n)
    const walk = Float64Array.from({ length: 6 }, () => random.normal())
    for (let i = 0; i < n; i++) {
      const at = (j: number) => x[i * p + j]!
      walk.forEach((value, k) => {
        walk[k] = 0.98 * value + 0.2 * random.normal()
      })
      for (let j = 0; j < p; j++) {
        const [own, other] = [walk[j % 6]!, walk[(j + 1) % 6]!]
        if (j < 12) x[i * p + j] = own + 0.02 * random.normal()
        else if (j % 3 === 0) x[i * p + j] = (at(j - 12) + at(j - 11)) / 2
        else if (j % 3 === 1) x[i * p + j] = at(j - 12) - at(j - 9)
        else x[i * p + j] = own * other
      }
      y[i] = walk[0]! - walk[1]! + 0.5 * walk[2]! * walk[3]! + 0.3 * random.normal() > 0.2 ? 1 : 0
    }
    const prepared = prepare(x, n, p, y)
    for (const C of [20, 777]) {
      for (const l1Ratio of [0.03, 0.3, 0.85, 1]) {
        const problem = { x, n, p, y, weight: new Float64Array(n).fill(1), C, l1Ratio }
        const { certificate } = fit(problem, { solver: 'fast', tol: 'tight' })
        expect(certificate.converged, certificate.reason).toBe(true)
        expect(certificate.kkt).toBeLessThan(1e-9)
        for (const start of [null, undefined]) {
          const { coefficients, intercept, converged } = fitPrepared(prepared, C, l1Ratio, null, start)
          expect(converged).toBe(true)
          const excess = objective(problem, coefficients, intercept) / certificate.objective - 1
          expect(excess, `C ${C}, ratio ${l1Ratio}, start ${start}`).toBeLessThan(1e-6)
          expect(excess).toBeGreaterThan(-1e-9)
        }
      }
    }
  })

  it('proves its optimum by residual and duality gap', () => {
    for (const kind of ['plain', 'separable', 'duplicates'] as const) {
      const problem = randomProblem(3, { n: 200, p: 150, C: 1, l1Ratio: 0.5, kind })
      const { certificate, coefficients } = fit(problem, { solver: 'fast', tol: 'tight' })
      expect(certificate).toMatchObject({ solver: 'fast@1', converged: true })
      expect(certificate.kkt).toBeLessThan(1e-9)
      expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-8)
      expect(coefficients.every(Number.isFinite)).toBe(true)
    }
  })

  it('shares between equal columns and leaves a constant one at 0', () => {
    const problem = randomProblem(4, { n: 200, p: 100, C: 1, l1Ratio: 0.5, kind: 'duplicates' })
    for (let i = 0; i < problem.n; i++) problem.x[i * 100 + 50] = 0
    const { coefficients } = solve(problem, { solver: 'fast', tol: 'tight' })
    expect(coefficients[50]).toBe(0)
    expect(coefficients[99]).toBeCloseTo(coefficients[0]!, 6)
  })

  it('fits prepared rows as it fits them alone, whatever was fitted before', () => {
    const problem = randomProblem(5, { n: 250, p: 120, C: 1, l1Ratio: 0.5, kind: 'plain' })
    const { x, n, p, y } = problem
    const prepared = prepare(x, n, p, y)
    const cold = fitPrepared(prepare(x, n, p, y), 1, 0.5, null, null)
    for (const classWeight of [null, 'balanced'] as const) {
      for (const [C, l1Ratio] of [
        [0.1, 0.5],
        [10, 0.2],
        [1, 1],
        [0.3, 0],
      ] as const) {
        const alone = { ...problem, weight: rowWeights(y, classWeight), C, l1Ratio }
        const { coefficients, intercept } = fitPrepared(prepared, C, l1Ratio, classWeight)
        const excess = objective(alone, coefficients, intercept) / panelsValue(alone) - 1
        expect(excess).toBeLessThan(1e-6)
        expect(excess).toBeGreaterThan(-1e-9)
      }
    }
    expect(fitPrepared(prepared, 1, 0.5, null, null)).toEqual(cold)
  })

  it('ends at the same optimum from a start that is far away', () => {
    const problem = randomProblem(6, { n: 250, p: 100, C: 1, l1Ratio: 0.5, kind: 'plain' })
    const start = { coefficients: Float64Array.from({ length: 100 }, (_, j) => (j % 2 ? 30 : -30)), intercept: 3 }
    const { coefficients, intercept, converged } = solve(problem, { solver: 'fast', tol: 'tight', start })
    expect(converged).toBe(true)
    expect(objective(problem, coefficients, intercept) / panelsValue(problem)).toBeCloseTo(1, 10)
  })

  it('says when it was stopped short', () => {
    const problem = randomProblem(7, { n: 200, p: 100, C: 100, l1Ratio: 0.5, kind: 'plain' })
    expect(solve(problem, { solver: 'fast', maxIterations: 1 })).toMatchObject({ converged: false, iterations: 1 })
  })

  it('gives the same bits with either kernel', () => {
    const { x, p, y } = randomProblem(8, { n: 130, p: 82, C: 1, l1Ratio: 0.5, kind: 'plain' })
    const kept = Array.from({ length: p }, (_, j) => j)
    const fits = [wasmColumnKernel, scriptColumnKernel].map((kernel) => {
      const rows = new WideFits(new ColumnRows(x, y, kept, null, null, kernel))
      return [1e-4, 1e-5].map((l) => {
        const { at, value, iterations } = rows.fit(l, l, 'balanced', undefined, false)
        return { at, value, iterations }
      })
    })
    expect(fits[0]).toEqual(fits[1])
  })
})

/** Both kernels with the same numbers in their memories, and a list of columns. */
function twins(seed: number, panels: number, p: number, count: number): readonly [ColumnKernel, ColumnKernel] {
  const layout = layOutColumns(panels, p)
  const pair = [wasmColumnKernel(layout), scriptColumnKernel(layout)] as const
  for (const { memory } of pair) {
    const random = randomFrom(`columns/${seed}`)
    new Float64Array(memory, 0, layout.bytes / 8).forEach((_, k, all) => {
      all[k] = 8 * k < layout.factors ? 0 : random.normal()
    })
    const list = new Int32Array(memory, layout.list, count)
    for (let k = 0; k < count; k++) list[k] = 1024 * Math.floor(random.uniform() * layout.columns)
  }
  return pair
}

describe('the WebAssembly column kernel and its twin', () => {
  it('leave the same bits after any products', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 12, max: 20 }), (seed, panels, p) => {
        const pair = twins(seed, panels, p, 12)
        const { work, change } = pair[0].layout
        for (const kernel of pair) {
          kernel.multiply(12, work)
          kernel.project(12, change)
          kernel.normal(8)
          kernel.squares(12)
          kernel.slope(1024)
          kernel.move(2048)
          kernel.hessian(12)
        }
        const [one, other] = pair.map(({ memory, layout }) => Buffer.from(memory).subarray(0, layout.bytes))
        expect(Buffer.compare(one!, other!)).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})

describe('column-bytes.ts', () => {
  it('is what bin/build-kernel.js writes', () => {
    const file = join(import.meta.dirname, '../../../../src/domain/model/solver/column-bytes.ts')
    expect(readFileSync(file, 'utf8')).toBe(columnKernelSource())
  })
})

describe('cholesky', () => {
  it('solves positive definite systems', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 25 }), (seed, size) => {
        const random = randomFrom(`cholesky/${seed}`)
        const root = Float64Array.from({ length: size * size }, () => random.normal())
        const matrix = new Float64Array(size * size)
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            for (let k = 0; k < size; k++) matrix[i * size + j]! += root[i * size + k]! * root[j * size + k]!
          }
          matrix[i * size + i]! += 1
        }
        const right = Float64Array.from({ length: size }, () => random.normal())
        const factor = Float64Array.from(matrix)
        cholesky(factor, size)
        const found = Float64Array.from(right)
        solveFactored(factor, size, found)
        for (let i = 0; i < size; i++) {
          let sum = 0
          for (let j = 0; j < size; j++) sum += matrix[i * size + j]! * found[j]!
          expect(sum).toBeCloseTo(right[i]!, 8)
        }
      }),
    )
  })
})
