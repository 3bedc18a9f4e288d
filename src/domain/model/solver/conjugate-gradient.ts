import type { LocalModel } from './coordinate-descent.ts'

/** Approximately X'DX⁻¹ on the columns of the face: `to` = M⁻¹ `from`. */
export type Preconditioner = (from: Float64Array, to: Float64Array) => void

export interface FaceStep {
  /** Change of each coefficient of the face. */
  readonly step: Float64Array
  /** X step, shape [rows]. */
  readonly change: Float64Array
  readonly iterations: number
}

/**
 * The step that minimises Q over the coefficients of a face with their signs held fixed, by conjugate gradients.
 *
 * @param face  columns, the intercept's last
 * @param slope  of Q with the signs of the face, shape [face]
 * @param share  stop when the preconditioned residual has fallen to this share
 * @cost 2 n |face| per iteration, and the preconditioner
 * @source Hestenes & Stiefel 1952; Nocedal & Wright 2006, algorithm 5.3
 */
export function conjugateGradient(
  { columns, l2 }: LocalModel,
  face: Int32Array,
  slope: Float64Array,
  precondition: Preconditioner,
  share: number,
  limit: number,
): FaceStep {
  const size = face.length
  const step = new Float64Array(size)
  const change = new Float64Array(columns.rows)
  const residual = slope.map((value) => -value)
  const scaled = new Float64Array(size)
  precondition(residual, scaled)
  const direction = Float64Array.from(scaled)
  let before = inner(residual, scaled)
  const enough = share * share * before
  let iterations = 0
  while (iterations < limit && before > enough) {
    const product = columns.normal(face, direction)
    let curvature = 0
    for (let a = 0; a < size; a++) {
      if (a < size - 1) product[a]! += l2 * direction[a]!
      curvature += product[a]! * direction[a]!
    }
    if (!(curvature > 0)) break
    const length = before / curvature
    for (let a = 0; a < size; a++) {
      step[a]! += length * direction[a]!
      residual[a]! -= length * product[a]!
    }
    const rows = columns.product
    for (let i = 0; i < rows.length; i++) change[i]! += length * rows[i]!
    iterations++
    precondition(residual, scaled)
    const now = inner(residual, scaled)
    const ratio = now / before
    for (let a = 0; a < size; a++) direction[a] = scaled[a]! + ratio * direction[a]!
    before = now
  }
  return { step, change, iterations }
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}
