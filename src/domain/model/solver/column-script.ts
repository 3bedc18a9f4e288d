import type { ColumnKernel, ColumnLayout } from './column-kernel.ts'
import { CELL } from './column-kernel.ts'
import { PANEL_ROWS as R } from './kernel.ts'

/** The WebAssembly kernel's operations in their order: its oracle in tests, its stand-in where there is no SIMD. */
export function scriptColumnKernel(layout: ColumnLayout): ColumnKernel {
  const { panels, columns } = layout
  const memory = new ArrayBuffer(layout.bytes)
  const numbers = (at: number, length: number) => new Float64Array(memory, at, length)
  const rows = panels * R
  const list = new Int32Array(memory, layout.list, columns + 4)
  const factors = numbers(layout.factors, columns + 4)
  const out = numbers(layout.out, columns + 4)
  const curvature = numbers(layout.curvature, rows)
  const change = numbers(layout.change, rows)
  const product = numbers(layout.product, rows)
  const work = numbers(layout.work, rows)
  const plain = numbers(layout.plain, layout.widest * R)
  const weighted = numbers(layout.weighted, layout.widest * R)
  const matrix = numbers(layout.matrix, layout.widest ** 2)
  const x = numbers(layout.x, panels * columns * R)
  /** Where a panel's part of a column begins in x. */
  const begin = (panel: number, offset: number) => panel * columns * R + offset / 8

  function multiplyPanel(panel: number, count: number, to: Float64Array): void {
    to.fill(0, panel * R, (panel + 1) * R)
    for (let k = 0; k < count; k++) {
      const from = begin(panel, list[k]!)
      const factor = factors[k]!
      for (let i = 0; i < R; i++) to[panel * R + i]! += factor * x[from + i]!
    }
  }

  /** Four sums, the lanes of two pairs: the rows 0, 1, 2 and 3 of every four. */
  function projectPanel(panel: number, count: number, term: (i: number, value: number) => number): void {
    for (let k = 0; k < count; k++) {
      const from = begin(panel, list[k]!)
      const sums = [0, 0, 0, 0]
      for (let i = 0; i < R; i++) sums[i & 3]! += term(panel * R + i, x[from + i]!)
      out[k]! += sums[0]! + sums[2]! + (sums[1]! + sums[3]!)
    }
  }

  function hessianPanel(panel: number, count: number): void {
    for (let k = 0; k < count; k++) {
      const from = begin(panel, list[k]!)
      for (let i = 0; i < R; i++) {
        plain[k * R + i] = x[from + i]!
        weighted[k * R + i] = curvature[panel * R + i]! * x[from + i]!
      }
    }
    for (let j = 0; j < count; j++) {
      const end = CELL * Math.floor(j / CELL) + CELL // whole tiles, as the other kernel
      for (let k = 0; k < end; k++) {
        let [even, odd] = [0, 0]
        for (let i = 0; i < R; i += 2) {
          even += weighted[j * R + i]! * plain[k * R + i]!
          odd += weighted[j * R + i + 1]! * plain[k * R + i + 1]!
        }
        matrix[j * count + k]! += even + odd
      }
    }
  }

  const each = (work: (panel: number) => void) => {
    for (let panel = 0; panel < panels; panel++) work(panel)
  }
  return {
    name: 'script',
    layout,
    memory,
    multiply(count, to) {
      const target = numbers(to, rows)
      each((panel) => multiplyPanel(panel, count, target))
    },
    project(count, from) {
      const source = numbers(from, rows)
      each((panel) => projectPanel(panel, count, (i, value) => source[i]! * value))
    },
    normal(count) {
      each((panel) => {
        multiplyPanel(panel, count, product)
        for (let i = panel * R; i < (panel + 1) * R; i++) work[i] = curvature[i]! * product[i]!
        projectPanel(panel, count, (i, value) => work[i]! * value)
      })
    },
    squares(count) {
      each((panel) => projectPanel(panel, count, (i, value) => curvature[i]! * value * value))
    },
    slope(column) {
      const sums = [0, 0, 0, 0]
      each((panel) => {
        const from = begin(panel, column)
        for (let i = 0; i < R; i++) sums[i & 3]! += curvature[panel * R + i]! * change[panel * R + i]! * x[from + i]!
      })
      out[0] = sums[0]! + sums[2]! + (sums[1]! + sums[3]!)
    },
    move(column) {
      const factor = factors[0]!
      each((panel) => {
        const from = begin(panel, column)
        for (let i = 0; i < R; i++) change[panel * R + i]! += factor * x[from + i]!
      })
    },
    hessian(count) {
      each((panel) => hessianPanel(panel, count))
    },
  }
}
