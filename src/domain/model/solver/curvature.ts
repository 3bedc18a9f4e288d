import { cholesky, solveFactored } from './cholesky.ts'
import type { Preconditioner } from './conjugate-gradient.ts'

/** Rounding leaves 1e-15 of a column's square, independent columns of noisy tables 1e-6 and more. */
const DEPENDENT_SHARE = 1e-10

/** X'DX of an earlier point for some columns: it makes conjugate gradients short as long as D is like that of then. */
export class Curvature {
  readonly columns: Int32Array
  /** Lower triangle, row-major. */
  readonly #matrix: Float64Array
  /** Where a column is in `columns`, or −1. */
  readonly #place: Int32Array
  #face: Int32Array = new Int32Array()
  #l2 = Number.NaN
  #factor: Float64Array = new Float64Array()
  /** Whether some columns are sums of others, but for rounding: no estimate of what such a model lacks can be trusted. */
  readonly isDependent: boolean

  constructor(columns: Int32Array, matrix: Float64Array, p: number) {
    this.columns = columns
    this.#matrix = matrix
    this.#place = new Int32Array(p + 1).fill(-1)
    columns.forEach((j, a) => {
      this.#place[j] = a
    })
    this.isDependent = this.#factorise(columns, 0) < DEPENDENT_SHARE
  }

  /**
   * A preconditioner for a face: the Cholesky factor for those of its columns that are known, the diagonal for others.
   *
   * The factor is kept while at most a twentieth of the columns come and go.
   *
   * @cost |face|³ / 6 when the face is another, |face|² per use
   */
  on(face: Int32Array, diagonal: Float64Array, l2: number): Preconditioner {
    const p = this.#place.length - 1
    const known = face.filter((j) => this.#place[j]! >= 0)
    if (this.#l2 !== l2 || differences(known, this.#face) > Math.max(1, known.length / 20)) {
      this.#factorise(known, l2)
    }
    const size = this.#face.length
    const position = new Int32Array(p + 1).fill(-1)
    this.#face.forEach((j, a) => {
      position[j] = a
    })
    const held = new Float64Array(size)
    return (from, to) => {
      held.fill(0)
      face.forEach((j, a) => {
        const at = position[j]!
        if (at >= 0) held[at] = from[a]!
      })
      solveFactored(this.#factor, size, held)
      face.forEach((j, a) => {
        const at = position[j]!
        to[a] = at >= 0 ? held[at]! : from[a]! / (diagonal[j]! + (j < p ? l2 : 0))
      })
    }
  }

  #factorise(face: Int32Array, l2: number): number {
    const size = face.length
    const all = this.columns.length
    const p = this.#place.length - 1
    const out = new Float64Array(size * size)
    for (let a = 0; a < size; a++) {
      const row = this.#place[face[a]!]! * all
      for (let b = 0; b <= a; b++) out[a * size + b] = this.#matrix[row + this.#place[face[b]!]!]!
      if (face[a]! < p) out[a * size + a]! += l2
    }
    this.#face = face
    this.#l2 = l2
    this.#factor = out
    return cholesky(out, size)
  }
}

/** How many columns are in one of two ascending lists only. */
function differences(a: Int32Array, b: Int32Array): number {
  let [i, j, common] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const gap = a[i]! - b[j]!
    if (gap === 0) common++
    if (gap <= 0) i++
    if (gap >= 0) j++
  }
  return a.length + b.length - 2 * common
}
