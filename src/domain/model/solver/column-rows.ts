import type { ClassWeight } from '../problem.ts'

import { Columns, type fastestColumnKernel } from './columns.ts'
import { logisticRows } from './logistic-rows.ts'

/** The rows of a problem beside their columns: outcomes, weights, offsets, and the log-odds of the point where a fit is. */
export class ColumnRows {
  readonly n: number
  readonly columns: Columns
  /** Of (1/n) Σ w loss with respect to the log-odds, at the point. */
  readonly residual: Float64Array
  readonly #y: Uint8Array
  readonly #weight: Float64Array | null
  readonly #offset: Float64Array | null
  readonly #weights: Float64Array
  readonly #all: Int32Array
  #z: Float64Array
  #trial: Float64Array
  #classWeight: ClassWeight | undefined

  constructor(
    x: Float64Array,
    y: Uint8Array,
    kept: ArrayLike<number>,
    weight: Float64Array | null,
    offset: Float64Array | null,
    make?: typeof fastestColumnKernel,
  ) {
    this.n = y.length
    this.columns = new Columns(x, y.length, kept, make)
    const { rows, p } = this.columns
    this.residual = new Float64Array(rows)
    this.#y = y
    this.#weight = weight
    this.#offset = offset?.some((o) => o !== 0) ? offset : null
    this.#weights = new Float64Array(y.length)
    this.#all = Int32Array.from({ length: p + 1 }, (_, j) => j)
    this.#z = new Float64Array(rows)
    this.#trial = new Float64Array(rows)
  }

  /** Weights of the rows of each outcome: 1, or n / (2 · its rows) when balanced; times those of the rows; over n. */
  weigh(classWeight: ClassWeight): void {
    if (this.#classWeight === classWeight) return
    this.#classWeight = classWeight
    const { n } = this
    const positives = this.#y.reduce((sum, y) => sum + y, 0)
    const factor = classWeight === 'balanced' ? [n / (2 * (n - positives)), n / (2 * positives)] : [1, 1]
    for (let i = 0; i < n; i++) this.#weights[i] = (factor[this.#y[i]!]! * (this.#weight?.[i] ?? 1)) / n
  }

  /** True when rows have log-odds besides the model's. */
  get hasOffsets(): boolean {
    return this.#offset !== null
  }

  /** Weighted share of outcome 1. */
  positiveShare(): number {
    const total = [0, 0]
    for (let i = 0; i < this.n; i++) total[this.#y[i]!]! += this.#weights[i]!
    return total[1]! / (total[0]! + total[1]!)
  }

  /** Puts the point at u = (β, b). */
  place(u: Float64Array): void {
    this.columns.multiply(this.#all, u, this.#z)
    if (this.#offset) for (let i = 0; i < this.n; i++) this.#z[i]! += this.#offset[i]!
  }

  /** (1/n) Σ w loss at the point; residuals and curvatures are those of the last call. */
  evaluate(z = this.#z): number {
    return logisticRows(z, this.#y, this.#weights, this.residual, this.columns.curvature)
  }

  /** Of the quadratic model with respect to the log-odds, at the step made in it so far. */
  tilted(): Float64Array {
    const { curvature, change } = this.columns
    return this.residual.map((r, i) => r + curvature[i]! * change[i]!)
  }

  /** The same a share of the step farther; `accept` makes that the point. */
  tryStep(step: number): number {
    const { change } = this.columns
    for (let i = 0; i < this.n; i++) this.#trial[i] = this.#z[i]! + step * change[i]!
    return this.evaluate(this.#trial)
  }

  accept(): void {
    ;[this.#z, this.#trial] = [this.#trial, this.#z]
  }
}
