import { type ClassWeight, softplus } from 'kwx/model'

import { type Kernel, layOut, PANEL_ROWS, PASS, TILE } from './kernel.ts'
import { scriptKernel } from './kernel-script.ts'
import { wasmKernel } from './kernel-wasm.ts'
import { CompileError } from './web-assembly.ts'

export interface Pass {
  /** Σ w loss. */
  readonly loss: number
  /** Gradient of Σ w loss with respect to (β, b), shape [p + 1]; valid until the next pass. */
  readonly gradient: Float64Array
}

/**
 * Rows laid out for the kernel, for many fits on them.
 *
 * Rows are sorted by outcome (stable), so that a panel has one outcome and, unless the rows have weights of their own,
 * one weight: the loss of a panel is then the logarithm of one product instead of a sum of 128 logarithms.
 */
export class Panels {
  readonly n: number
  /** Columns, the intercept's not counted. */
  readonly p: number
  readonly kernel: Kernel
  readonly #positives: number
  /** Where row i lies: panel · PANEL_ROWS + row within it. */
  readonly #slot: Int32Array
  readonly #weight: Float64Array | null
  /** Outcome of each panel's rows, and 2^(rows that fill it up). */
  readonly #outcome: Uint8Array
  readonly #filler: Float64Array
  readonly #beta: Float64Array
  readonly #gradient: Float64Array
  readonly #hessian: Float64Array
  readonly #losses: Float64Array
  readonly #weights: Float64Array
  readonly #margins: Float64Array
  #classWeight: ClassWeight | undefined
  readonly #out: Float64Array

  /**
   * @param x  row-major, shape [n, width]
   * @param columns  those of x that are taken, in order
   * @param y  0 or 1, shape [n]
   * @param weight  of each row, shape [n]; null when all are 1
   * @cost 8 bytes per value of the taken columns, and a pass over them
   */
  constructor(
    x: Float64Array,
    width: number,
    columns: ArrayLike<number>,
    y: Uint8Array,
    weight: Float64Array | null,
    make = fastestKernel,
  ) {
    const n = y.length
    const p = columns.length
    let positives = 0
    for (let i = 0; i < n; i++) positives += y[i]!
    const zeroPanels = Math.ceil((n - positives) / PANEL_ROWS)
    const panels = zeroPanels + Math.ceil(positives / PANEL_ROWS)
    const kernel = make(layOut(panels, p))
    const { layout, memory } = kernel
    const view = (at: number, length: number) => new Float64Array(memory, at, length)
    this.n = n
    this.p = p
    this.kernel = kernel
    this.#positives = positives
    this.#weight = weight?.some((w) => w !== 1) ? weight : null
    this.#slot = new Int32Array(n)
    this.#outcome = Uint8Array.from({ length: panels }, (_, panel) => (panel < zeroPanels ? 0 : 1))
    this.#filler = new Float64Array(panels).fill(1)
    this.#beta = view(layout.beta, layout.columns)
    this.#gradient = view(layout.gradient, layout.columns)
    this.#hessian = view(layout.hessian, layout.columns ** 2)
    this.#losses = view(layout.losses, 2 * panels)
    this.#weights = view(layout.weights, panels * PANEL_ROWS)
    this.#margins = view(layout.margins, panels * PANEL_ROWS)
    this.#out = new Float64Array(p + 1)

    const values = view(layout.x, panels * PANEL_ROWS * layout.columns)
    const rowAt = new Int32Array(panels * PANEL_ROWS).fill(-1)
    let zero = 0
    let one = zeroPanels * PANEL_ROWS
    for (let i = 0; i < n; i++) {
      const slot = y[i] === 1 ? one++ : zero++
      this.#slot[i] = slot
      rowAt[slot] = i
    }
    if (zeroPanels > 0) this.#filler[zeroPanels - 1] = 2 ** (zeroPanels * PANEL_ROWS - zero)
    if (panels > zeroPanels) this.#filler[panels - 1] = 2 ** (panels * PANEL_ROWS - one)
    for (let panel = 0; panel < panels; panel++) {
      const to = values.subarray(panel * PANEL_ROWS * layout.columns, (panel + 1) * PANEL_ROWS * layout.columns)
      const from = rowAt.subarray(panel * PANEL_ROWS, (panel + 1) * PANEL_ROWS)
      fillPanel(to, from, this.#outcome[panel] === 1 ? 1 : -1, x, width, columns)
    }
  }

  /** Weights of the rows of each outcome: 1, or n / (2 · its rows) when balanced; times those of the rows themselves. */
  weigh(classWeight: ClassWeight): void {
    if (this.#classWeight === classWeight) return
    this.#classWeight = classWeight
    const factor = this.#factors()
    const slots = this.#slot
    const outcome = this.#outcome
    for (let i = 0; i < this.n; i++) {
      const slot = slots[i]!
      this.#weights[slot] = factor[outcome[Math.floor(slot / PANEL_ROWS)]!]! * (this.#weight?.[i] ?? 1)
    }
  }

  #factors(): readonly [number, number] {
    if (this.#classWeight !== 'balanced') return [1, 1]
    return [this.n / (2 * (this.n - this.#positives)), this.n / (2 * this.#positives)]
  }

  /** Weighted share of outcome 1, strictly between 0 and 1 for a problem that passed its check. */
  positiveShare(): number {
    const total = [0, 0]
    for (let i = 0; i < this.n; i++) {
      const slot = this.#slot[i]!
      total[this.#outcome[Math.floor(slot / PANEL_ROWS)]!]! += this.#weights[slot]!
    }
    return total[1]! / (total[0]! + total[1]!)
  }

  /** Loss at (β, b), with gradient and Hessian where the mode asks for them. Call `weigh` first. */
  pass(at: Float64Array, mode: number): Pass {
    this.#beta.set(at)
    this.#gradient.fill(0)
    if (mode === PASS.hessian) this.#hessian.fill(0)
    const uneven = this.#weight !== null
    this.kernel.pass(mode, uneven)
    const gradient = this.#out
    for (let j = 0; j <= this.p; j++) gradient[j] = -this.#gradient[j]!
    return { loss: uneven ? this.#unevenLoss() : this.#loss(), gradient }
  }

  /** The last Hessian, symmetric, shape [p + 1, p + 1], times `factor`. */
  hessian(factor: number): Float64Array {
    const m = this.p + 1
    const columns = TILE * Math.ceil(m / TILE)
    const out = new Float64Array(m * m)
    for (let j = 0; j < m; j++) {
      for (let k = 0; k <= j; k++) {
        const value = factor * this.#hessian[j * columns + k]!
        out[j * m + k] = value
        out[k * m + j] = value
      }
    }
    return out
  }

  #loss(): number {
    const factor = this.#factors()
    let sum = 0
    for (let panel = 0; panel < this.#outcome.length; panel++) {
      // a row that fills up has margin 0 and puts σ(0) = ½ into the product
      const product = this.#losses[2 * panel]! * this.#filler[panel]!
      sum += factor[this.#outcome[panel]!]! * (this.#losses[2 * panel + 1]! - Math.log(product))
    }
    return sum
  }

  #unevenLoss(): number {
    let sum = 0
    for (let slot = 0; slot < this.#margins.length; slot++) {
      const w = this.#weights[slot]!
      if (w > 0) sum += w * softplus(-this.#margins[slot]!)
    }
    return sum
  }
}

/** The rows of a panel, column by column, their sign folded in and 1 appended; −1 is the end of the rows. */
function fillPanel(
  to: Float64Array,
  rows: Int32Array,
  sign: number,
  x: Float64Array,
  width: number,
  columns: ArrayLike<number>,
): void {
  const p = columns.length
  const end = rows.indexOf(-1)
  const count = end < 0 ? rows.length : end
  for (let j = 0; j < p; j++) {
    const column = columns[j]!
    for (let r = 0, at = j * PANEL_ROWS; r < count; r++, at++) to[at] = sign * x[rows[r]! * width + column]!
  }
  to.fill(sign, p * PANEL_ROWS, p * PANEL_ROWS + count)
}

/** WebAssembly where the engine has its 128-bit SIMD, else the same in TypeScript: equal bits, four times slower. */
export const fastestKernel = (layout: Parameters<typeof wasmKernel>[0]): Kernel => {
  try {
    return wasmKernel(layout)
  } catch (error) {
    if (error instanceof CompileError) return scriptKernel(layout)
    throw error
  }
}
