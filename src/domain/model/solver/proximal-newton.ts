import { PASS } from './kernel.ts'
import { minimiseQuadratic, violation, WIDE } from './minimise-quadratic.ts'
import type { LossView } from './panels.ts'

/** What a pass over the rows told about a point. It holds for any C and ratio. */
interface Point {
  /** (β, b), shape [p + 1]. */
  readonly at: Float64Array
  /** (1/n) Σ w loss. */
  readonly loss: number
  /** Of the loss, shape [p + 1]. */
  readonly gradient: Float64Array
}

/** A point that may start a fit, and the curvature found on the way to it. */
export interface WarmStart {
  /** (β, b), shape [p + 1]. */
  readonly at: Float64Array
  /** What is known of `at` from an earlier fit on the same rows and class weight, with its Hessian: it saves a pass. */
  readonly known?: Point | undefined
  /** Hessian of (1/n) Σ w loss of an earlier fit on the same rows and class weight; null when there is none. */
  readonly hessian: Float64Array | null
  /** Whether it is the optimum of a part of the rows: few steps are left then. */
  readonly isRough?: boolean
}

interface NewtonOptions {
  /** Go on to a KKT residual of 1e-12 or to rounding. */
  readonly tight?: boolean
  /** Stop when the model predicts a decrease of F below this share of it. */
  readonly decrease?: number
  readonly maxIterations?: number | undefined
}

export interface NewtonResult {
  /** (β, b), shape [p + 1]. */
  readonly at: Float64Array
  /** The last point that was evaluated: `at` or one step before it. */
  readonly last: Point
  readonly hessian: Float64Array
  /** F / (C n) at `at`: evaluated, or predicted when the last step was too small to be worth a pass. */
  readonly value: number
  /** KKT residual of F / (C n) where the gradient was taken last, at most one step before `at`. */
  readonly kkt: number
  readonly iterations: number
  readonly converged: boolean
  readonly reason: string
}

/** Of F, as a share of it. */
const DECREASE = 1e-7
/** `tight`: stop at this KKT residual of F / (C n), or when F cannot fall any more within a double. */
const TIGHT_KKT = 1e-12
/** `tight` counts as converged at this residual; what is below depends on the rounding of n summands. */
const TIGHT_ENOUGH = 1e-9
const MAX_ITERATIONS = 200
/** A Hessian of an earlier point is kept as long as each step predicts less than this share of the last decrease. */
const STALE_RATE = { narrow: 0.1, wide: 0.2 }
/** While F is predicted to fall by more than this share the Hessian is taken anew at each point; `near` after a rough fit. */
const FAR = { narrow: 1e-3, near: 0.03, wide: 0.05 }
/** The quadratic model is minimised to this share of the KKT residual; with many columns its rounds are what costs. */
const INNER = { narrow: 1e-3, wide: 0.1 }
const ROUNDING = 1e-14

/**
 * The optimum of F / (C n) by proximal Newton with a reused Hessian and an Armijo line search.
 *
 * Each step minimises the penalised quadratic model exactly. The Hessian is that of an earlier fit until steps made with
 * it converge slowly; along a path of similar problems most fits need none of their own.
 *
 * @param l1  ρ / (C n)
 * @param l2  (1 − ρ) / (C n)
 * @param panels  with the class weight set
 * @cost per step a pass of O(n p), and O(n p²) where the Hessian is taken; cold 5 to 10 steps, warm 2 to 3
 * @source Lee, Sun & Saunders 2014 (proximal Newton); Tseng & Yun 2009 (line search)
 */
export function proximalNewton(
  panels: LossView,
  l1: number,
  l2: number,
  start: WarmStart,
  { tight = false, decrease: enough = DECREASE, maxIterations = MAX_ITERATIONS }: NewtonOptions = {},
): NewtonResult {
  const { n, p } = panels
  const m = p + 1
  // the Hessian costs p / 3 gradients: with many columns more steps are made with an old one
  const shape = m > WIDE ? 'wide' : 'narrow'
  const evaluate = (at: Float64Array, mode: number): Point => {
    const { loss, gradient } = panels.pass(at, mode)
    return { at, loss: loss / n, gradient: gradient.map((v) => v / n) }
  }
  const penalty = (point: Float64Array) => penaltyAt(point, l1, l2)
  const valueAt = ({ at, loss }: Point) => loss + penalty(at)

  /** Whether the Hessian is that of `here`. */
  let fresh = start.hessian === null
  let here = start.known ?? evaluate(Float64Array.from(start.at), fresh ? PASS.hessian : PASS.gradient)
  let hessian = start.hessian ?? panels.hessian(1 / n)
  let before = Number.POSITIVE_INFINITY
  const keepHessian = () => {
    hessian = panels.hessian(1 / n)
    fresh = true
    before = Number.POSITIVE_INFINITY
  }
  const takeHessian = (at: Float64Array) => {
    here = evaluate(at, PASS.hessian)
    keepHessian()
  }
  /** With many columns: whether the model is minimised as with few, so that what it predicts can end the fit. */
  let near = false
  let stuck = 0
  let leastKkt = Number.POSITIVE_INFINITY
  for (let iteration = 0; ; iteration++) {
    const { at, gradient } = here
    const value = valueAt(here)
    const kkt = violation(
      { l1 },
      at,
      gradient.map((g, j) => (j < p ? g + l2 * at[j]! : g)),
    )
    const done = (converged: boolean, reason: string, point = at, reached = value): NewtonResult => {
      return {
        at: point,
        last: here,
        hessian,
        value: reached,
        kkt,
        iterations: iteration,
        converged,
        reason,
      }
    }
    if (tight) {
      if (kkt <= TIGHT_KKT) return done(true, 'KKT residual')
      stuck = kkt < 0.5 * leastKkt ? 0 : stuck + 1
      leastKkt = Math.min(leastKkt, kkt)
      if (stuck >= 4 && kkt <= TIGHT_ENOUGH) return done(true, 'rounding')
    }
    if (iteration >= maxIterations) return done(kkt <= TIGHT_ENOUGH, 'iteration limit')

    const share = near ? INNER.narrow : INNER[shape]
    const inner = minimiseQuadratic({ gradient, hessian, l1, l2 }, at, Math.max(1e-16, share * kkt))
    const target = inner.point
    const slope = firstOrder(gradient, at, target) + penalty(target) - penalty(at)
    const decrease =
      -(firstOrder(gradient, at, target) + curve(hessian, at, target) / 2) + penalty(at) - penalty(target)
    const trusted = fresh || decrease <= STALE_RATE[shape] * before
    const proven = fresh || (trusted && iteration > 0) || decrease <= 1e-3 * enough * value
    // a model that was not minimised predicts nothing
    if (!tight && proven && inner.violation <= 0.1 * kkt && decrease <= enough * value) {
      if (shape === 'wide' && !near) {
        near = true
        continue
      }
      return done(true, 'predicted decrease', target, value - Math.max(0, decrease))
    }
    if (!trusted) {
      takeHessian(at)
      continue
    }

    // far from the optimum the next step will want the Hessian of where this one leads
    const far = FAR[start.isRough && shape === 'narrow' ? 'near' : shape]
    const mode = fresh && decrease > far * value ? PASS.hessian : PASS.gradient
    let step = 1
    let next = evaluate(target, mode)
    const slack = ROUNDING * value
    while (!(valueAt(next) <= value + 1e-4 * step * slope + slack) && step > 1e-10) {
      if (!fresh) break
      step /= 2
      next = evaluate(
        at.map((from, j) => from + step * (target[j]! - from)),
        PASS.gradient,
      )
    }
    if (valueAt(next) <= value + 1e-4 * step * slope + slack) {
      here = next
      if (mode === PASS.hessian && step === 1) {
        keepHessian()
      } else {
        before = step === 1 ? decrease : 0
        fresh = false
      }
    } else if (fresh) {
      return done(kkt <= TIGHT_ENOUGH, 'rounding')
    } else {
      takeHessian(at)
    }
  }
}

/** ρ ‖β‖₁ + ½ λ ‖β‖₂² of (β, b). */
export function penaltyAt(point: Float64Array, l1: number, l2: number): number {
  let [absolute, squares] = [0, 0]
  for (let j = 0; j < point.length - 1; j++) {
    absolute += Math.abs(point[j]!)
    squares += point[j]! * point[j]!
  }
  return l1 * absolute + 0.5 * l2 * squares
}

function firstOrder(gradient: Float64Array, from: Float64Array, to: Float64Array): number {
  let sum = 0
  for (let j = 0; j < from.length; j++) sum += gradient[j]! * (to[j]! - from[j]!)
  return sum
}

/** dᵀ H d, d = to − from. */
function curve(hessian: Float64Array, from: Float64Array, to: Float64Array): number {
  const m = from.length
  let sum = 0
  for (let j = 0; j < m; j++) {
    const d = to[j]! - from[j]!
    if (d === 0) continue
    let row = 0
    for (let k = 0, at = j * m; k < m; k++, at++) row += hessian[at]! * (to[k]! - from[k]!)
    sum += d * row
  }
  return sum
}
