import type { ColumnRows } from './column-rows.ts'
import { conjugateGradient, type Preconditioner } from './conjugate-gradient.ts'
import { type LocalModel, sweep } from './coordinate-descent.ts'
import { Curvature } from './curvature.ts'
import { violation } from './minimise-quadratic.ts'
import { moveFace } from './move-face.ts'
import { penaltyAt } from './proximal-newton.ts'

interface WorkingSetStart {
  /** (β, b), shape [p + 1]. */
  readonly at: Float64Array
  /** Of an earlier fit on the same rows and class weight; null when there is none. */
  readonly curvature: Curvature | null
}

export interface WorkingSetResult extends WorkingSetStart {
  /** F / (C n) at `at`: evaluated, or predicted when the last step was too small to be worth a pass. */
  readonly value: number
  /** KKT residual of F / (C n) where the gradient was taken last, at most one step before `at`. */
  readonly kkt: number
  readonly iterations: number
  readonly converged: boolean
  readonly reason: string
}

/** The reason of a fit that was given up: the panels' solver goes on from its point. */
export const DEPENDENT = 'dependent columns'

/** Stop when the steps to come are expected to decrease F by less than this share of it. */
const DECREASE = 1e-7
/** `tight`: stop at this KKT residual of F / (C n), or when F cannot fall any more within a double. */
const TIGHT_KKT = 1e-12
/** `tight` counts as converged at this residual; what is below depends on the rounding of n summands. */
const TIGHT_ENOUGH = 1e-9
const MAX_ITERATIONS = 300
const ROUNDING = 1e-14
const LEAST_STEP = 1e-14
/** The face is solved to this share of its residual. Measured on 2,000 rows x 500: 0.1 takes 1.6 times as long as 0.5. */
const SHARE = { default: 0.5, tight: 0.1 }
/** Once a step predicts less than this share of F the next is solved as in `tight`, so that its prediction can end the fit. */
const NEAR = 1e-5
/** So many steps whose model could not be solved show columns that depend on one another: a matrix settles them sooner. */
const MAX_UNSOLVED = 2
/** Conjugate gradients on a face without a good preconditioner end here, and the model is renewed. */
const MAX_GRADIENTS = 100
/** Solves of one model: a face that loses columns is solved again without them. */
const MAX_ROUNDS = 10
/** A Hessian of k columns, with its factor, costs as much as k times this of conjugate gradients' iterations. */
const HESSIAN_COST = 0.5

/**
 * The optimum of F / (C n) by proximal Newton over a working set of columns, for hundreds of columns.
 *
 * Each step takes the gradient of all columns; those with a coefficient, or whose gradient exceeds the penalty, are the
 * working set of its quadratic model. One round of coordinate descent finds which coefficients are not 0, conjugate
 * gradients solve for them. No matrix is made until iterations have cost as much as one would: its Cholesky factor then
 * makes them short, for this fit and later ones.
 *
 * @param rows  with the class weight set
 * @param l1  ρ / (C n)
 * @param l2  (1 − ρ) / (C n)
 * @cost per step n p for the gradient and some 2 n |face| for each iteration of conjugate gradients
 * @source Lee, Sun & Saunders 2014 (inexact proximal Newton); Yuan, Ho & Lin 2012 (working set on the logistic lasso);
 *   Tseng & Yun 2009 (line search)
 */
export function workingSet(
  rows: ColumnRows,
  l1: number,
  l2: number,
  start: WorkingSetStart,
  tight: boolean,
  maxIterations = MAX_ITERATIONS,
): WorkingSetResult {
  const { columns } = rows
  const { p } = columns
  const m = p + 1
  const all = Int32Array.from({ length: m }, (_, j) => j)
  let u = Float64Array.from(start.at)
  let { curvature } = start
  /** Conjugate gradients' iterations since the last Hessian. */
  let spent = 0
  let near = false
  let before = Number.POSITIVE_INFINITY
  let unsolved = 0

  /** Minimises the model over the face roughly; `columns.change` follows. */
  const solveFace = (model: LocalModel, working: Int32Array, target: Float64Array): boolean => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const face = l1 > 0 ? working.filter((j) => j === p || target[j] !== 0) : working
      if (spent >= HESSIAN_COST * face.length && face.length <= columns.widest) {
        curvature = new Curvature(face, columns.hessian(face), p)
        spent = 0
      }
      const slope = columns.project(face, rows.tilted()).slice(0, face.length)
      face.forEach((j, a) => {
        if (j < p) slope[a]! += l2 * target[j]! + (target[j] === 0 ? 0 : l1 * Math.sign(target[j]!))
      })
      const precondition = curvature?.on(face, model.diagonal, l2) ?? diagonalOnly(model, face)
      const found = conjugateGradient(
        model,
        face,
        slope,
        precondition,
        tight || near ? SHARE.tight : SHARE.default,
        MAX_GRADIENTS,
      )
      spent += found.iterations
      if (moveFace(model, face, target, slope, found)) return found.iterations < MAX_GRADIENTS
    }
    return false
  }

  rows.place(u)
  let value = rows.evaluate() + penaltyAt(u, l1, l2)
  let stuck = 0
  let least = Number.POSITIVE_INFINITY
  for (let iteration = 0; ; iteration++) {
    const gradient = columns.project(all, rows.residual).slice(0, m)
    const slope = gradient.map((g, j) => (j < p ? g + l2 * u[j]! : g))
    const kkt = violation({ l1 }, u, slope)
    const done = (converged: boolean, reason: string, at = u, reached = value): WorkingSetResult => {
      return { at, curvature, value: reached, kkt, iterations: iteration, converged, reason }
    }
    if (tight) {
      if (kkt <= TIGHT_KKT) return done(true, 'KKT residual')
      stuck = kkt < 0.5 * least ? 0 : stuck + 1
      least = Math.min(least, kkt)
      if (stuck >= 4 && kkt <= TIGHT_ENOUGH) return done(true, 'rounding')
    }
    if (iteration >= maxIterations) return done(kkt <= TIGHT_ENOUGH, 'iteration limit')

    const working = all.filter((j) => j === p || l1 === 0 || u[j] !== 0 || Math.abs(slope[j]!) > l1)
    const diagonal = new Float64Array(m)
    const squares = columns.squares(working)
    working.forEach((j, a) => {
      diagonal[j] = squares[a]!
    })
    const model: LocalModel = { columns, gradient, diagonal, l1, l2 }
    const target = Float64Array.from(u)
    columns.change.fill(0)
    if (l1 > 0) sweep(model, working, target)
    const solved = solveFace(model, working, target)

    let slopeAlong = penaltyAt(target, l1, l2) - penaltyAt(u, l1, l2)
    for (let j = 0; j < m; j++) slopeAlong += gradient[j]! * (target[j]! - u[j]!)
    const decrease = -slopeAlong - columns.bend() / 2
    if (curvature?.isDependent || (!solved && ++unsolved >= MAX_UNSOLVED)) return done(false, DEPENDENT)
    // as if each step fell short of the optimum by as much as this one did of the last
    const rest = decrease / Math.max(1e-3, 1 - decrease / before)
    before = decrease
    if (!tight && solved && near && rest <= DECREASE * value) {
      return done(true, 'predicted decrease', target, value - Math.max(0, decrease))
    }
    near = decrease <= NEAR * value
    const slack = ROUNDING * value
    let step = 1
    let next = target
    let reached = rows.tryStep(1) + penaltyAt(next, l1, l2)
    while (!(reached <= value + 1e-4 * step * slopeAlong + slack) && step > LEAST_STEP) {
      step /= 2
      next = u.map((from, j) => from + step * (target[j]! - from))
      reached = rows.tryStep(step) + penaltyAt(next, l1, l2)
    }
    if (!(reached <= value + 1e-4 * step * slopeAlong + slack)) return done(kkt <= TIGHT_ENOUGH, 'rounding')
    rows.accept()
    u = next
    value = reached
  }
}

/** The preconditioner when no matrix is known. */
function diagonalOnly({ columns, diagonal, l2 }: LocalModel, face: Int32Array): Preconditioner {
  const inverse = Float64Array.from(face, (j) => 1 / (diagonal[j]! + (j < columns.p ? l2 : 0) || 1))
  return (from, to) => {
    for (let a = 0; a < face.length; a++) to[a] = inverse[a]! * from[a]!
  }
}
