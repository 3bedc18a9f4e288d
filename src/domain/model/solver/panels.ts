import { softplus } from '../probability.ts'
import type { ClassWeight } from '../problem.ts'

import { type Kernel, layOut, PANEL_ROWS, PASS, TILE } from './kernel.ts'
import { scriptKernel } from './kernel-script.ts'
import { wasmKernel } from './kernel-wasm.ts'
import type { RowSource } from './row-source.ts'
import { CompileError } from './web-assembly.ts'

interface Pass {
  /** Σ w loss. */
  readonly loss: number
  /** Gradient of Σ w loss with respect to (β, b), shape [p + 1]; valid until the next pass. */
  readonly gradient: Float64Array
}

interface PanelOptions {
  /** Those of the source that are taken, in order. */
  readonly columns: ArrayLike<number>
  /** Of each row, shape [n]; null when all are 1. */
  readonly weight: Float64Array | null
  /** Log-odds that each row has besides the model's, shape [n]; null when all are 0. */
  readonly offset: Float64Array | null
  readonly kernel: (layout: Kernel['layout']) => Kernel
}

/** Panels of one outcome: those from `first` to before `end`, with `rows` rows. */
interface Side {
  readonly first: number
  readonly end: number
  readonly rows: number
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
  /** By outcome. */
  readonly #sides: readonly [Side, Side]
  /** Where row i lies: panel · PANEL_ROWS + row within it. */
  readonly #slot: Int32Array
  readonly #weight: Float64Array | null
  readonly #beta: Float64Array
  readonly #gradient: Float64Array
  readonly #hessian: Float64Array
  readonly #losses: Float64Array
  readonly #weights: Float64Array
  readonly #margins: Float64Array
  readonly #out: Float64Array
  #classWeight: ClassWeight | undefined

  /**
   * @param y  0 or 1, shape [n]
   * @cost 8 bytes per value of the taken columns, and a pass over them
   */
  constructor(source: RowSource, y: Uint8Array, { columns, weight, offset, kernel: make }: PanelOptions) {
    const n = y.length
    const p = columns.length
    let positives = 0
    for (let i = 0; i < n; i++) positives += y[i]!
    const zeroPanels = Math.ceil((n - positives) / PANEL_ROWS)
    const panels = zeroPanels + Math.ceil(positives / PANEL_ROWS)
    const hasOffsets = offset?.some((o) => o !== 0) === true
    const kernel = make(layOut(panels, p, hasOffsets))
    const { layout, memory } = kernel
    const view = (at: number, length: number) => new Float64Array(memory, at, length)
    this.n = n
    this.p = p
    this.kernel = kernel
    this.#sides = [
      { first: 0, end: zeroPanels, rows: n - positives },
      { first: zeroPanels, end: panels, rows: positives },
    ]
    this.#weight = weight?.some((w) => w !== 1) ? weight : null
    this.#beta = view(layout.beta, layout.columns)
    this.#gradient = view(layout.gradient, layout.columns)
    this.#hessian = view(layout.hessian, layout.columns ** 2)
    this.#losses = view(layout.losses, 2 * panels)
    this.#weights = view(layout.weights, panels * PANEL_ROWS)
    this.#margins = view(layout.margins, panels * PANEL_ROWS)
    this.#out = new Float64Array(p + 1)

    const { order, slot } = sortByOutcome(y, n - positives, zeroPanels * PANEL_ROWS)
    this.#slot = slot
    const values = view(layout.x, panels * PANEL_ROWS * layout.columns)
    const size = PANEL_ROWS * layout.columns
    for (let panel = 0; panel < panels; panel++) {
      const [from, end, sign] = panel < zeroPanels ? [0, n - positives, -1 as const] : [n - positives, n, 1 as const]
      const start = from + (panel - (panel < zeroPanels ? 0 : zeroPanels)) * PANEL_ROWS
      const rows = order.subarray(start, Math.min(end, start + PANEL_ROWS))
      const to = values.subarray(panel * size, (panel + 1) * size)
      source.fill(to, rows, sign, columns)
      to.fill(sign, p * PANEL_ROWS, p * PANEL_ROWS + rows.length)
    }
    if (!hasOffsets) return
    const offsets = view(layout.offsets, panels * PANEL_ROWS)
    for (let i = 0; i < n; i++) offsets[slot[i]!] = y[i] === 1 ? offset![i]! : -offset![i]!
  }

  get hasOffsets(): boolean {
    return this.kernel.layout.hasOffsets
  }

  /** Weights of the rows of each outcome: 1, or n / (2 · its rows) when balanced; times those of the rows themselves. */
  weigh(classWeight: ClassWeight): void {
    if (this.#classWeight === classWeight) return
    this.#classWeight = classWeight
    this.#sides.forEach(({ first, rows }, outcome) => {
      const from = first * PANEL_ROWS
      this.#weights.fill(this.#factor(outcome), from, from + rows)
    })
    const weight = this.#weight
    if (weight) for (let i = 0; i < this.n; i++) this.#weights[this.#slot[i]!]! *= weight[i]!
  }

  #factor(outcome: number): number {
    return this.#classWeight === 'balanced' ? this.n / (2 * this.#sides[outcome]!.rows) : 1
  }

  /** Weighted share of outcome 1, strictly between 0 and 1 for a problem that passed its check. */
  positiveShare(): number {
    const [zero, one] = this.#sides.map(({ first, rows }, outcome) => {
      if (!this.#weight) return rows * this.#factor(outcome)
      return this.#weights.subarray(first * PANEL_ROWS, first * PANEL_ROWS + rows).reduce((sum, w) => sum + w, 0)
    })
    return one! / (zero! + one!)
  }

  /** Loss at (β, b), with gradient and Hessian where the mode asks for them. Call `weigh` first. */
  pass(at: Float64Array, mode: number): Pass {
    return this.#passOver(at, mode, [0], this.#sides[1].end)
  }

  /**
   * Every k-th panel as if they were all: a tenth of the rows says roughly where the optimum is, at a tenth of the cost.
   * Null when an outcome has so few panels that its share of the rows would be another one.
   */
  sample(every: number): LossView | null {
    if (this.#sides.some(({ first, end }) => end - first < 4 * every)) return null
    const chosen: number[] = []
    let n = 0
    for (const { first, end, rows } of this.#sides) {
      for (let panel = first + (every >> 1); panel < end; panel += every) {
        chosen.push(panel)
        n += Math.min(PANEL_ROWS, rows - (panel - first) * PANEL_ROWS)
      }
    }
    const pass = (at: Float64Array, mode: number) => this.#passOver(at, mode, chosen, 1)
    return { n, p: this.p, pass, hessian: (factor) => this.hessian(factor) }
  }

  /** Over `length` panels from each of `starts`. */
  #passOver(at: Float64Array, mode: number, starts: readonly number[], length: number): Pass {
    this.#beta.set(at)
    this.#gradient.fill(0)
    if (mode === PASS.hessian) this.#hessian.fill(0)
    const uneven = this.#weight !== null
    let loss = 0
    for (const start of starts) {
      this.kernel.pass(mode, uneven, start, start + length)
      loss += uneven ? this.#unevenLoss(start, start + length) : this.#loss(start, start + length)
    }
    const gradient = this.#out
    for (let j = 0; j <= this.p; j++) gradient[j] = -this.#gradient[j]!
    return { loss, gradient }
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

  #loss(start: number, end: number): number {
    let sum = 0
    this.#sides.forEach((side, outcome) => {
      const factor = this.#factor(outcome)
      for (let panel = Math.max(start, side.first); panel < Math.min(end, side.end); panel++) {
        // a row that fills up has margin 0 and puts σ(0) = ½ into the product
        const lacking = Math.max(0, (panel + 1 - side.first) * PANEL_ROWS - side.rows)
        const product = this.#losses[2 * panel]! * 2 ** lacking
        sum += factor * (this.#losses[2 * panel + 1]! - Math.log(product))
      }
    })
    return sum
  }

  #unevenLoss(start: number, end: number): number {
    let sum = 0
    for (let slot = start * PANEL_ROWS; slot < end * PANEL_ROWS; slot++) {
      const w = this.#weights[slot]!
      if (w > 0) sum += w * softplus(-this.#margins[slot]!)
    }
    return sum
  }
}

/** The rows of outcome 0, then those of 1, each in their order; and where row i lies when 1 begins at slot `ones`. */
function sortByOutcome(y: Uint8Array, zeros: number, ones: number): { order: Int32Array; slot: Int32Array } {
  const order = new Int32Array(y.length)
  const slot = new Int32Array(y.length)
  let [zero, one] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 1) {
      order[zeros + one] = i
      slot[i] = ones + one++
    } else {
      order[zero] = i
      slot[i] = zero++
    }
  }
  return { order, slot }
}

/** What the solver needs of rows: `Panels`, or some of them. */
export type LossView = Pick<Panels, 'n' | 'p' | 'pass' | 'hessian'>

/** WebAssembly where the engine has its 128-bit SIMD, else the same in TypeScript: equal bits, four times slower. */
export const fastestKernel = (layout: Parameters<typeof wasmKernel>[0]): Kernel => {
  try {
    return wasmKernel(layout)
  } catch (error) {
    if (error instanceof CompileError) return scriptKernel(layout)
    throw error
  }
}
