import { CELL, type ColumnKernel, type ColumnLayout, LANES, layOutColumns } from './column-kernel.ts'
import { scriptColumnKernel } from './column-script.ts'
import { wasmColumnKernel } from './column-wasm.ts'
import { COLUMN_BYTES, PANEL_ROWS } from './kernel.ts'
import { CompileError } from './web-assembly.ts'

/**
 * A table laid out for solvers that take a few columns at a time, and the row vectors that they work on.
 *
 * Columns are numbered 0 to p − 1 in the order in which they were taken; p is the intercept's, of ones. Row vectors have
 * the length `rows`, n filled up with rows that are 0.
 */
export class Columns {
  readonly n: number
  readonly p: number
  readonly rows: number
  readonly kernel: ColumnKernel
  /** D of the quadratic model, q = X d of the step made in it, and what `normal` gives: X s. */
  readonly curvature: Float64Array
  readonly change: Float64Array
  readonly product: Float64Array
  readonly #work: Float64Array
  readonly #list: Int32Array
  readonly #factors: Float64Array
  readonly #out: Float64Array
  readonly #matrix: Float64Array

  /**
   * @param x  row-major, shape [n, width]
   * @param columns  those of x that are taken, in order
   * @cost 8 bytes per value of the taken columns, and a pass over them
   */
  constructor(x: Float64Array, n: number, columns: ArrayLike<number>, make = fastestColumnKernel) {
    const width = x.length / n
    const p = columns.length
    const panels = Math.ceil(n / PANEL_ROWS)
    const kernel = make(layOutColumns(panels, p))
    const { layout, memory } = kernel
    const numbers = (at: number, length: number) => new Float64Array(memory, at, length)
    this.n = n
    this.p = p
    this.rows = panels * PANEL_ROWS
    this.kernel = kernel
    this.curvature = numbers(layout.curvature, this.rows)
    this.change = numbers(layout.change, this.rows)
    this.product = numbers(layout.product, this.rows)
    this.#work = numbers(layout.work, this.rows)
    this.#list = new Int32Array(memory, layout.list, layout.columns + LANES)
    this.#factors = numbers(layout.factors, layout.columns + LANES)
    this.#out = numbers(layout.out, layout.columns + LANES)
    this.#matrix = numbers(layout.matrix, layout.widest ** 2)
    for (let panel = 0; panel < panels; panel++) {
      const from = panel * PANEL_ROWS
      const count = Math.min(PANEL_ROWS, n - from)
      const to = numbers(layout.x + panel * layout.panelBytes, layout.columns * PANEL_ROWS)
      fillPanel(to, x.subarray(from * width, (from + count) * width), width, columns)
      to.fill(1, p * PANEL_ROWS, p * PANEL_ROWS + count)
    }
  }

  /** Largest number of columns that `hessian` takes. */
  get widest(): number {
    return this.kernel.layout.widest
  }

  /** Σ_k factors_k x_k over the listed columns, into `to`. */
  multiply(columns: ArrayLike<number>, factors: ArrayLike<number>, to: Float64Array): void {
    const count = this.#choose(columns, LANES)
    this.#factors.set(factors)
    this.#factors.fill(0, factors.length, count)
    this.kernel.multiply(count, this.kernel.layout.work)
    to.set(this.#work)
  }

  /** x_k · rows of each listed column; valid until the next product. */
  project(columns: ArrayLike<number>, rows: Float64Array): Float64Array {
    const count = this.#choose(columns, LANES)
    this.#work.set(rows)
    this.#out.fill(0, 0, count)
    this.kernel.project(count, this.kernel.layout.work)
    return this.#out
  }

  /** X' D X factors over the listed columns, with X factors left in `product`; valid until the next product. */
  normal(columns: ArrayLike<number>, factors: Float64Array): Float64Array {
    const count = this.#choose(columns, LANES)
    this.#factors.set(factors)
    this.#factors.fill(0, factors.length, count)
    this.#out.fill(0, 0, count)
    this.kernel.normal(count)
    return this.#out
  }

  /** Diagonal of X' D X for each listed column; valid until the next product. */
  squares(columns: ArrayLike<number>): Float64Array {
    const count = this.#choose(columns, LANES)
    this.#out.fill(0, 0, count)
    this.kernel.squares(count)
    return this.#out
  }

  /** x_j · D q. */
  slope(j: number): number {
    this.kernel.slope(j * COLUMN_BYTES)
    return this.#out[0]!
  }

  /** q += by x_j. */
  move(j: number, by: number): void {
    this.#factors[0] = by
    this.kernel.move(j * COLUMN_BYTES)
  }

  /** q'Dq, or that of other rows. */
  bend(rows = this.change): number {
    let sum = 0
    for (let i = 0; i < rows.length; i++) sum += this.curvature[i]! * rows[i]! * rows[i]!
    return sum
  }

  /** q += share · rows. */
  follow(rows: Float64Array, share: number): void {
    for (let i = 0; i < rows.length; i++) this.change[i]! += share * rows[i]!
  }

  /** X' D X of at most `widest` listed columns, lower triangle, row-major, shape [k, k]. */
  hessian(columns: ArrayLike<number>): Float64Array {
    const k = columns.length
    const count = this.#choose(columns, CELL)
    this.#matrix.fill(0, 0, count * count)
    this.kernel.hessian(count)
    const out = new Float64Array(k * k)
    for (let a = 0; a < k; a++) out.set(this.#matrix.subarray(a * count, a * count + a + 1), a * k)
    return out
  }

  /** Lists columns, filled up with the one of zeros. */
  #choose(columns: ArrayLike<number>, multiple: number): number {
    const count = multiple * Math.ceil(columns.length / multiple)
    for (let k = 0; k < columns.length; k++) this.#list[k] = columns[k]! * COLUMN_BYTES
    this.#list.fill((this.p + 1) * COLUMN_BYTES, columns.length, count)
    return count
  }
}

/** The rows of a panel, column by column, eight rows at a time: as many as share a line of a cache. */
function fillPanel(to: Float64Array, x: Float64Array, width: number, columns: ArrayLike<number>): void {
  const count = x.length / width
  for (let first = 0; first < count; first += 8) {
    const end = Math.min(first + 8, count)
    for (let k = 0; k < columns.length; k++) {
      const at = k * PANEL_ROWS
      for (let r = first, from = first * width + columns[k]!; r < end; r++, from += width) to[at + r] = x[from]!
    }
  }
}

/** WebAssembly where the engine has its 128-bit SIMD, else the same in TypeScript: equal bits, slower. */
export const fastestColumnKernel = (layout: ColumnLayout): ColumnKernel => {
  try {
    return wasmColumnKernel(layout)
  } catch (error) {
    if (error instanceof CompileError) return scriptColumnKernel(layout)
    throw error
  }
}
