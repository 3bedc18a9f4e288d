/*
 * The inner problem of a proximal Newton step, over u = (β, b) of length m = p + 1:
 *
 *   Q(u) = g·(u − u0) + ½ (u − u0)ᵀ H (u − u0) + ρ Σ_{j<p} |u_j| + ½ λ Σ_{j<p} u_j²
 *
 * Coordinate descent finds which coefficients are not zero; it stalls on collinear columns (bid, ask and mid are), so
 * between its sweeps the coefficients with their signs fixed are moved by one Cholesky solve, as far as no sign changes.
 */

export interface Quadratic {
  /** g, shape [m]. */
  readonly gradient: Float64Array
  /** H, symmetric, shape [m, m]. */
  readonly hessian: Float64Array
  readonly l1: number
  readonly l2: number
}

const MAX_ROUNDS = 300

/**
 * Minimises Q from `start`.
 *
 * @param start  u0, shape [m]
 * @param tolerance  largest violation of Q's optimality conditions that may remain
 * @returns u, shape [m]
 * @cost O(m³) per round; a handful of rounds
 */
export function minimiseQuadratic(q: Quadratic, start: Float64Array, tolerance: number): Float64Array {
  const u = Float64Array.from(start)
  // slope of the smooth part of Q at u
  const slope = Float64Array.from(q.gradient, (g, j) => (j < u.length - 1 ? g + q.l2 * u[j]! : g))
  let best = Float64Array.from(u)
  let least = violation(q, u, slope)
  for (let round = 0; round < MAX_ROUNDS && least > tolerance; round++) {
    sweep(q, u, slope)
    while (!moveActive(q, u, slope)) {
      // a coefficient became zero: solve again for the others
    }
    const now = violation(q, u, slope)
    if (now < least) {
      least = now
      best = Float64Array.from(u)
    }
  }
  return best
}

function violation({ l1 }: Quadratic, u: Float64Array, slope: Float64Array): number {
  const p = u.length - 1
  let worst = Math.abs(slope[p]!)
  for (let j = 0; j < p; j++) {
    const off = u[j] === 0 ? Math.abs(slope[j]!) - l1 : Math.abs(slope[j]! + l1 * Math.sign(u[j]!))
    if (off > worst) worst = off
  }
  return worst
}

/** One round of coordinate descent. */
function sweep(q: Quadratic, u: Float64Array, slope: Float64Array): void {
  const m = u.length
  for (let j = 0; j < m; j++) {
    const penalised = j < m - 1
    const curvature = q.hessian[j * m + j]! + (penalised ? q.l2 : 0)
    if (!(curvature > 0)) continue
    const target = u[j]! - slope[j]! / curvature
    const next = penalised ? shrink(target, q.l1 / curvature) : target
    if (next !== u[j]) shift(q, u, slope, j, next - u[j]!, next)
  }
}

const shrink = (value: number, by: number) => (value > by ? value - by : value < -by ? value + by : 0)

function shift(q: Quadratic, u: Float64Array, slope: Float64Array, j: number, by: number, to: number): void {
  const m = u.length
  for (let k = 0; k < m; k++) slope[k]! += q.hessian[j * m + k]! * by
  if (j < m - 1) slope[j]! += q.l2 * by
  u[j] = to
}

/**
 * Moves all non-zero coefficients and the intercept towards their joint optimum with the signs they have.
 *
 * @returns true when the optimum was reached, false when a coefficient met zero on the way and stopped the move there
 */
function moveActive(q: Quadratic, u: Float64Array, slope: Float64Array): boolean {
  const m = u.length
  const active: number[] = []
  for (let j = 0; j < m; j++) if (j === m - 1 || u[j] !== 0) active.push(j)
  const step = solveActive(q, u, slope, active)
  let reach = 1
  let first = -1
  active.forEach((j, a) => {
    if (j === m - 1 || u[j]! * step[a]! >= 0) return
    const until = -u[j]! / step[a]!
    if (until < reach) {
      reach = until
      first = j
    }
  })
  active.forEach((j, a) => {
    const by = j === first ? -u[j]! : reach * step[a]!
    shift(q, u, slope, j, by, j === first ? 0 : u[j]! + by)
  })
  return first < 0
}

/** −(H_AA + λ I)⁻¹ (slope_A + ρ sign u_A), by Cholesky. */
function solveActive(q: Quadratic, u: Float64Array, slope: Float64Array, active: readonly number[]): Float64Array {
  const m = u.length
  const size = active.length
  const l = new Float64Array(size * size)
  const step = new Float64Array(size)
  let largest = 0
  for (const j of active) largest = Math.max(largest, q.hessian[j * m + j]!)
  // Keeps dependent columns solvable; the error it makes is undone by the next round.
  const jitter = 1e-13 * largest + Number.MIN_VALUE
  for (let a = 0; a < size; a++) {
    const j = active[a]!
    for (let b = 0; b <= a; b++) {
      let sum = q.hessian[j * m + active[b]!]!
      if (a === b) sum += jitter + (j < m - 1 ? q.l2 : 0)
      for (let k = 0; k < b; k++) sum -= l[a * size + k]! * l[b * size + k]!
      l[a * size + b] = a === b ? Math.sqrt(Math.max(sum, jitter)) : sum / l[b * size + b]!
    }
    let sum = -(slope[j]! + (j < m - 1 ? q.l1 * Math.sign(u[j]!) : 0))
    for (let k = 0; k < a; k++) sum -= l[a * size + k]! * step[k]!
    step[a] = sum / l[a * size + a]!
  }
  for (let a = size - 1; a >= 0; a--) {
    let sum = step[a]!
    for (let k = a + 1; k < size; k++) sum -= l[k * size + a]! * step[k]!
    step[a] = sum / l[a * size + a]!
  }
  return step
}
