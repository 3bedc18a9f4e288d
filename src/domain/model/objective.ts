import { softplus } from './probability.ts'
import type { Problem } from './problem.ts'

/** Rows whose log-odds are asked for. */
type LinearRows = Pick<Problem, 'x' | 'n' | 'p' | 'offset'>

/**
 * Log-odds of every row, offsets included, shape [n].
 *
 * Four rows at a time: a sum by itself waits for each of its additions.
 */
export function decisionValues(rows: LinearRows, coefficients: ArrayLike<number>, intercept: number): Float64Array {
  const { x, n, p, offset } = rows
  const beta = Float64Array.from(coefficients)
  const z = new Float64Array(n).fill(intercept)
  if (offset) for (let i = 0; i < n; i++) z[i] = offset[i]! + intercept
  const whole = n - (n % 4)
  for (let i = 0; i < whole; i += 4) {
    // no destructuring: the engine makes an array for it each time
    let z0 = z[i]!
    let z1 = z[i + 1]!
    let z2 = z[i + 2]!
    let z3 = z[i + 3]!
    for (let j = 0, at = i * p; j < p; j++, at++) {
      const b = beta[j]!
      z0 += x[at]! * b
      z1 += x[at + p]! * b
      z2 += x[at + 2 * p]! * b
      z3 += x[at + 3 * p]! * b
    }
    z[i] = z0
    z[i + 1] = z1
    z[i + 2] = z2
    z[i + 3] = z3
  }
  for (let i = whole; i < n; i++) for (let j = 0; j < p; j++) z[i]! += x[i * p + j]! * beta[j]!
  return z
}

/** ρ ‖β‖₁ + ½ (1 − ρ) ‖β‖₂². */
export function penaltyOf({ l1Ratio }: Pick<Problem, 'l1Ratio'>, coefficients: ArrayLike<number>): number {
  let absolute = 0
  let squares = 0
  for (let j = 0; j < coefficients.length; j++) {
    absolute += Math.abs(coefficients[j]!)
    squares += coefficients[j]! * coefficients[j]!
  }
  return l1Ratio * absolute + 0.5 * (1 - l1Ratio) * squares
}

/**
 * F(β, b) of `Problem`.
 *
 * @param coefficients  β, shape [p]
 * @cost O(n p)
 */
export function objective(problem: Problem, coefficients: ArrayLike<number>, intercept: number): number {
  const z = decisionValues(problem, coefficients, intercept)
  const { y, weight } = problem
  let loss = 0
  for (let i = 0; i < z.length; i++) loss += weight[i]! * softplus(y[i] === 1 ? -z[i]! : z[i]!)
  return problem.C * loss + penaltyOf(problem, coefficients)
}

/**
 * Gradient of the smooth part of F, that is without ρ ‖β‖₁: shape [p + 1], the intercept's last.
 *
 * @cost O(n p)
 */
export function gradient(problem: Problem, coefficients: ArrayLike<number>, intercept: number): Float64Array {
  const { x, n, p, y, weight, C, l1Ratio } = problem
  const z = decisionValues(problem, coefficients, intercept)
  const out = new Float64Array(p + 1)
  for (let i = 0; i < n; i++) {
    const residual = weight[i]! * (1 / (1 + Math.exp(-z[i]!)) - y[i]!)
    for (let j = 0, at = i * p; j < p; j++, at++) out[j]! += residual * x[at]!
    out[p]! += residual
  }
  for (let j = 0; j <= p; j++) out[j]! *= C
  for (let j = 0; j < p; j++) out[j]! += (1 - l1Ratio) * coefficients[j]!
  return out
}

/**
 * Largest violation of the optimality conditions of F / (C n), intercept included; 0 exactly at the optimum.
 *
 * For β_j ≠ 0 the condition is g_j + ρ sign β_j = 0, for β_j = 0 it is |g_j| <= ρ, for the intercept g = 0.
 *
 * @cost O(n p)
 */
export function kktResidual(problem: Problem, coefficients: ArrayLike<number>, intercept: number): number {
  return kktOfGradient(problem, coefficients, gradient(problem, coefficients, intercept))
}

/** The same from a gradient that is already there. */
function kktOfGradient(problem: Problem, coefficients: ArrayLike<number>, g: Float64Array): number {
  const { n, p, C, l1Ratio } = problem
  let worst = Math.abs(g[p]!)
  for (let j = 0; j < p; j++) {
    const beta = coefficients[j]!
    const violation = beta === 0 ? Math.abs(g[j]!) - l1Ratio : Math.abs(g[j]! + l1Ratio * Math.sign(beta))
    worst = Math.max(worst, violation) // a NaN stays and is seen
  }
  return worst / (C * n)
}
