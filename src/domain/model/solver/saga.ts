import { kktResidual, objective } from '../objective.ts'
import { sigmoid } from '../probability.ts'
import type { Problem } from '../problem.ts'

import type { Solution } from './certify.ts'
import { checkProblem } from './check-problem.ts'
import { rowDrawer } from './draw-rows.ts'
import { shrink } from './minimise-quadratic.ts'
import type { Start, Tolerance } from './prepare.ts'

const SAGA = 'saga@1'

interface SagaOptions {
  readonly tol?: Tolerance | undefined
  /** Zeros when absent. */
  readonly start?: Start | null | undefined
  /** Passes over n drawn rows; 3,000 when absent. */
  readonly maxIterations?: number | undefined
  /** State of the generator, 1 to 2³² − 1; 1 when absent. */
  readonly seed?: number | undefined
  /** Told β, b after each epoch; the array is reused. */
  readonly trace?: ((epoch: number, coefficients: Float64Array, intercept: number) => void) | undefined
}

const EPOCHS = 3_000
/** An epoch that moves no coefficient by more than this share of the largest may be the last, as in scikit-learn … */
const CHANGE = { default: 1e-4, tight: 1e-9 }
/** … when the KKT residual of F / (C n) is below this as well: at a large C small steps alone prove nothing. */
const KKT = { default: 1e-7, tight: 1e-9 }

/**
 * The optimum of `Problem` by SAGA, row by row: a code path of its own, sharing nothing with the fast solver.
 *
 * Each step draws a row i and moves against  c_i (g_i − h_i) + (1/k) Σ h ,  where h are the gradients remembered of the k
 * rows seen so far; then it shrinks by ρ. The ridge part is taken with the gradient, the intercept is not penalised, and
 * the step is 1 / (2 L + min(2 n λ, L)): all as in scikit-learn, whose iterates these are when weights are 1.
 *
 * Unlike there, weights belong to the method. Rows are drawn in proportion to them, c_i = w̄ / w_i keeps the step unbiased,
 * and L = max_i c_i w_i (‖x_i‖² + 1) / 4 + λ. A step that ignores weights is too long for rare, heavy rows and does not
 * converge; drawing evenly with the largest weight in L does, but as many times more slowly as that weight is above 1.
 *
 * @throws KwxError as `checkProblem`
 * @cost O(n p) per epoch, hundreds to thousands of epochs on collinear columns; 8 n bytes
 * @source Defazio, Bach & Lacoste-Julien 2014, eq. 1–3; Schmidt, Le Roux & Bach 2017, 4.1 (rows seen so far); Schmidt et al. 2015, 4.2 (rows
 *   drawn by their Lipschitz constants)
 */
export function saga(problem: Problem, options: SagaOptions = {}): Solution {
  checkProblem(problem)
  const { x, n, p, y, weight, offset, C, l1Ratio } = problem
  const { tol = 'default', start, maxIterations = EPOCHS, seed = 1, trace } = options
  const lambda = (1 - l1Ratio) / (C * n)
  const meanWeight = weight.reduce((total, w) => total + w, 0) / n
  const step = stepSize(problem, lambda, meanWeight)
  const threshold = (step * l1Ratio) / (C * n)
  const decay = 1 - step * lambda

  const beta = start ? Float64Array.from(start.coefficients) : new Float64Array(p)
  let intercept = start?.intercept ?? 0
  const remembered = new Float64Array(n)
  const sum = new Float64Array(p)
  let interceptSum = 0
  const isSeen = new Uint8Array(n)
  let seen = weight.reduce((count, w) => (w === 0 ? count + 1 : count), 0)
  const before = new Float64Array(p)
  const draw = rowDrawer(weight, seed)

  const finish = (iterations: number, kkt: number, converged: boolean, reason: string): Solution => {
    const value = objective(problem, beta, intercept)
    return { coefficients: beta, intercept, solver: SAGA, objective: value, kkt, iterations, converged, reason }
  }
  for (let epoch = 1; epoch <= maxIterations; epoch++) {
    before.set(beta)
    for (let k = 0; k < n; k++) {
      const i = draw()
      if (isSeen[i] === 0) {
        isSeen[i] = 1
        seen++
      }
      const row = i * p
      let z = offset ? offset[i]! + intercept : intercept
      for (let j = 0; j < p; j++) z += x[row + j]! * beta[j]!
      const g = weight[i]! * (sigmoid(z) - y[i]!)
      const change = g - remembered[i]!
      remembered[i] = g
      const fromRow = step * change * (meanWeight / weight[i]! - 1 / seen)
      const fromMean = step / seen
      for (let j = 0; j < p; j++) {
        const value = x[row + j]!
        const total = sum[j]! + change * value
        sum[j] = total
        beta[j] = shrink(decay * beta[j]! - fromRow * value - fromMean * total, threshold)
      }
      interceptSum += change
      intercept -= fromMean * interceptSum + fromRow
    }
    trace?.(epoch, beta, intercept)
    let [moved, largest] = [0, 0]
    for (let j = 0; j < p; j++) {
      moved = Math.max(moved, Math.abs(beta[j]! - before[j]!))
      largest = Math.max(largest, Math.abs(beta[j]!))
    }
    if (moved <= CHANGE[tol] * largest) {
      const kkt = kktResidual(problem, beta, intercept)
      if (kkt <= KKT[tol]) return finish(epoch, kkt, true, 'coefficients at rest')
    }
  }
  const kkt = kktResidual(problem, beta, intercept)
  return finish(maxIterations, kkt, kkt <= KKT[tol], 'iteration limit')
}

/** 1 / (2 L + min(2 n λ, L)). */
function stepSize({ x, n, p, weight }: Problem, lambda: number, meanWeight: number): number {
  let largest = 0
  for (let i = 0; i < n; i++) {
    let square = 1 // the intercept's column
    for (let j = 0, at = i * p; j < p; j++, at++) square += x[at]! * x[at]!
    if (weight[i]! > 0) largest = Math.max(largest, square)
  }
  const L = (meanWeight * largest) / 4 + lambda
  return 1 / (2 * L + Math.min(2 * n * lambda, L))
}
