import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { fitPrepared, prepare } from '../../../../src/domain/model/solver/fit.ts'
import { type Kernel, layOut, PANEL_ROWS, PASS } from '../../../../src/domain/model/solver/kernel.ts'
import { kernelSource } from '../../../../src/domain/model/solver/kernel-program.ts'
import { scriptKernel } from '../../../../src/domain/model/solver/kernel-script.ts'
import { wasmKernel } from '../../../../src/domain/model/solver/kernel-wasm.ts'

/** Both kernels with the same rows, after the same passes. */
function twins(seed: number, panels: number, p: number, spread: number): readonly [Kernel, Kernel] {
  const layout = layOut(panels, p, seed % 2 === 0)
  const pair = [wasmKernel(layout), scriptKernel(layout)] as const
  for (const { memory } of pair) {
    const random = randomFrom(`kernel/${seed}`)
    const fill = (at: number, length: number, by: () => number) => {
      const view = new Float64Array(memory, at, length)
      for (let k = 0; k < length; k++) view[k] = by()
    }
    fill(layout.x, panels * PANEL_ROWS * layout.columns, () => random.normal())
    fill(layout.beta, layout.columns, () => spread * random.normal())
    if (layout.hasOffsets) fill(layout.offsets, panels * PANEL_ROWS, () => random.normal())
    fill(layout.weights, panels * PANEL_ROWS, () => Math.abs(random.normal()))
  }
  return pair
}
const bytes = ({ memory }: Kernel) => Buffer.from(memory).subarray(0)

describe('the WebAssembly kernel and its twin', () => {
  it('leave the same bits after any passes over any rows', () => {
    const spread = fc.constantFrom(0, 1e-3, 1, 30, 1e4, 1e200)
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 13 }),
        spread,
        (seed, panels, p, size) => {
          const [a, b] = twins(seed, panels, p, size)
          for (const mode of [PASS.loss, PASS.gradient, PASS.hessian]) {
            for (const { pass } of [a, b])
              pass(mode, mode === PASS.gradient, mode === PASS.loss ? 0 : panels - 1, panels)
          }
          const [one, other] = [bytes(a), bytes(b)]
          expect(Buffer.compare(one.subarray(0, a.layout.bytes), other)).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('compute σ to a few units in the last place, from margins of any size', () => {
    const layout = layOut(1, 1, false)
    const kernel = wasmKernel(layout)
    const x = new Float64Array(kernel.memory, layout.x, PANEL_ROWS)
    const margins = Array.from({ length: PANEL_ROWS }, (_, i) => (i - 64) * (i % 2 === 0 ? 0.171 : 10.9))
    x.set(margins)
    new Float64Array(kernel.memory, layout.beta, 1)[0] = 1
    new Float64Array(kernel.memory, layout.weights, PANEL_ROWS).fill(1)
    kernel.pass(PASS.gradient, false, 0, 1)
    const residual = new Float64Array(kernel.memory, layout.scratch + 8 * PANEL_ROWS, PANEL_ROWS)
    margins.forEach((m, i) => {
      const exact = m > 0 ? Math.exp(-m) / (1 + Math.exp(-m)) : 1 / (1 + Math.exp(m))
      if (m < 690) expect(Math.abs(residual[i]! / exact - 1), `margin ${m}`).toBeLessThan(2e-15)
      else expect(residual[i]).toBeLessThan(1e-300)
    })
  })

  it('give fits with the same bits, so that no model depends on which of them ran', () => {
    const random = randomFrom('twins')
    const [n, p] = [700, 7]
    const x = Float64Array.from({ length: n * p }, () => random.normal())
    const y = Uint8Array.from({ length: n }, (_, i) => (x[i * p]! + 2 * random.normal() > 1 ? 1 : 0))
    const fits = [wasmKernel, scriptKernel].map((kernel) => {
      const prepared = prepare(x, n, p, y, null, null, kernel)
      return [1, 100, 0.03].map((C) => fitPrepared(prepared, C, 0.5, 'balanced'))
    })
    expect(fits[0]).toEqual(fits[1])
  })
})

describe('kernel-bytes.ts', () => {
  it('is what bin/build-kernel.js writes', () => {
    const file = join(import.meta.dirname, '../../../../src/domain/model/solver/kernel-bytes.ts')
    expect(readFileSync(file, 'utf8')).toBe(kernelSource())
  })
})
