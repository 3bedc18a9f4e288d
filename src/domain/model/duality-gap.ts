import { decisionValues, penaltyOf } from './objective.ts'
import { softplus } from './probability.ts'
import type { Problem } from './problem.ts'

/** How far a point is from the optimum at most, in the units of F. */
interface DualityGap {
  /** F(β, b). */
  readonly primal: number
  /** A lower bound of the minimum of F. */
  readonly dual: number
  /** (primal − dual) / max(1, |primal|): how far from the optimum the point can be at most; below 0 only by rounding. */
  readonly relative: number
}

/**
 * How far (β, b) is from the optimum at most, proven by a feasible point of the dual.
 *
 * With c_i = C w_i the dual maximises Σ c_i H(α_i / c_i) − Σ α_i s_i o_i − Ω*(Σ α_i s_i x_i) over 0 <= α_i <= c_i,
 * Σ α_i s_i = 0, where s_i = ±1 is the outcome, o_i the offset, H the entropy −t log t − (1−t) log(1−t) (the loss is
 * log(1 + e^−m) = max_t H(t) − t m), and Ω* the conjugate of the penalty:
 * Σ_j (|v_j| − ρ)₊² / (2 (1 − ρ)), or for ρ = 1 the condition |v_j| <= ρ. The dual point is α_i = c_i σ(−s_i z_i), with
 * the heavier class scaled down until the classes balance (the intercept's condition) and, where that gives the better
 * bound, everything scaled into |v_j| <= ρ.
 *
 * @param coefficients  β, shape [p]
 * @source Boyd & Vandenberghe 2004, 5.7; Koh, Kim & Boyd 2007, eq. 12 for the logistic case
 * @cost O(n p)
 */
export function dualityGap(problem: Problem, coefficients: ArrayLike<number>, intercept: number): DualityGap {
  const { x, n, p, y, weight, offset, C, l1Ratio: rho } = problem
  const z = decisionValues(problem, coefficients, intercept)
  // v of each class by itself, so that balancing the classes needs no second pass over x
  const v = [new Float64Array(p), new Float64Array(p)] as const
  const mass = [0, 0]
  const offsets = [0, 0]
  let loss = 0
  for (let i = 0; i < n; i++) {
    const outcome = y[i] === 1 ? 1 : 0
    const against = outcome === 1 ? -z[i]! : z[i]!
    const c = C * weight[i]!
    const alpha = c / (1 + Math.exp(-against))
    loss += c * softplus(against)
    mass[outcome]! += alpha
    if (offset) offsets[outcome]! += alpha * offset[i]!
    const into = v[outcome]
    for (let j = 0, at = i * p; j < p; j++, at++) into[j]! += alpha * x[at]!
  }
  const primal = loss + penaltyOf(problem, coefficients)

  const light = Math.min(mass[0]!, mass[1]!)
  const shrink = [light / mass[0]!, light / mass[1]!] as const
  let largest = 0
  let excess = 0
  for (let j = 0; j < p; j++) {
    const size = Math.abs(shrink[1] * v[1][j]! - shrink[0] * v[0][j]!)
    if (!(size <= largest)) largest = size
    if (size > rho) excess += (size - rho) ** 2
  }
  const dualAt = (scale: number) => {
    let sum = -scale * (shrink[1] * offsets[1]! - shrink[0] * offsets[0]!)
    for (let i = 0; i < n; i++) {
      const outcome = y[i] === 1 ? 1 : 0
      const against = outcome === 1 ? -z[i]! : z[i]!
      sum += C * weight[i]! * entropy((scale * shrink[outcome]!) / (1 + Math.exp(-against)))
    }
    return sum
  }
  let dual = Number.NEGATIVE_INFINITY
  if (rho < 1) dual = dualAt(1) - excess / (2 * (1 - rho))
  if (rho > 0) dual = Math.max(dual, dualAt(largest > rho ? rho / largest : 1))
  return { primal, dual, relative: (primal - dual) / Math.max(1, Math.abs(primal)) }
}

const entropy = (t: number) => (t <= 0 || t >= 1 ? 0 : -t * Math.log(t) - (1 - t) * Math.log1p(-t))
