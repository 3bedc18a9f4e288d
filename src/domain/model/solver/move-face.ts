import type { FaceStep } from './conjugate-gradient.ts'
import type { LocalModel } from './coordinate-descent.ts'

/** Shorter shares of a step than this are not tried: the first coefficient to meet 0 ends it then. */
const LEAST_SHARE = 0.02

/**
 * Moves the face by its step; coefficients that would change their signs stop at 0, as far as Q falls by that.
 *
 * Many are found at once, where stopping at the first would cost a solve for each.
 *
 * @param u  changed, and `columns.change` with it
 * @param slope  of Q with the signs of the face, shape [face]
 * @returns true when no coefficient was stopped: the face is solved
 * @cost 1 n |face| for each share of the step that is tried: 1, ½, ¼, …
 * @source Bertsekas 1982 (projected Newton)
 */
export function moveFace(
  { columns, l1, l2 }: LocalModel,
  face: Int32Array,
  u: Float64Array,
  slope: Float64Array,
  { step, change }: FaceStep,
): boolean {
  const { p } = columns
  let reach = 1
  let first = -1
  for (let a = 0; a < face.length - 1 && l1 > 0; a++) {
    const at = u[face[a]!]!
    if (at * step[a]! >= 0 || -at / step[a]! >= reach) continue
    reach = -at / step[a]!
    first = a
  }
  if (first < 0) {
    face.forEach((j, a) => {
      u[j]! += step[a]!
    })
    columns.follow(change, 1)
    return true
  }
  const rows = new Float64Array(columns.rows)
  const move = new Float64Array(face.length)
  for (let share = 1; share > Math.max(reach, LEAST_SHARE); share /= 2) {
    let gain = 0
    face.forEach((j, a) => {
      const by = share * step[a]!
      const at = u[j]!
      move[a] = j < p && at * (at + by) <= 0 ? -at : by
      gain += slope[a]! * move[a]! + (j < p ? (l2 * move[a]! ** 2) / 2 : 0)
    })
    columns.multiply(face, move, rows)
    if (gain + columns.bend(rows) / 2 >= 0) continue
    face.forEach((j, a) => {
      u[j]! += move[a]!
    })
    columns.follow(rows, 1)
    return false
  }
  face.forEach((j, a) => {
    u[j] = a === first ? 0 : u[j]! + reach * step[a]!
  })
  columns.follow(change, reach)
  return false
}
