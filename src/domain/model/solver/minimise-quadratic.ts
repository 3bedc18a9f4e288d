import { dot } from './cholesky.ts'

/*
 * The inner problem of a proximal Newton step, over u = (β, b) of length m = p + 1:
 *
 *   Q(u) = g·(u − u0) + ½ (u − u0)ᵀ H (u − u0) + ρ Σ_{j<p} |u_j| + ½ λ Σ_{j<p} u_j²
 *
 * Coordinate descent finds which coefficients are not zero; it stalls on collinear columns (bid, ask and mid are), so
 * between its sweeps the coefficients with their signs fixed are moved by one Cholesky solve, as far as no sign changes.
 */

interface Quadratic {
  /** g, the loss's alone, shape [m]. */
  readonly gradient: Float64Array
  /** H, symmetric, shape [m, m]. */
  readonly hessian: Float64Array
  readonly l1: number
  readonly l2: number
}

const MAX_ROUNDS = 300
/** Above this many unknowns a Cholesky solve costs more than the sweeps that make it rarer. */
export const WIDE = 80
/** Measured on 2,000 rows x 500: 4 took twice and 200 took 1.5 times as long. */
const WIDE_SWEEPS = 20

/** A large problem that so many rounds have not solved is one of dependent columns: its zeros are then found one by one. */
const WIDE_ROUNDS = 12

/** What is kept between rounds: u, the slope of the smooth part of Q at u, and room for the Cholesky factor. */
interface State {
  readonly u: Float64Array
  readonly slope: Float64Array
  readonly active: Int32Array
  readonly factor: Float64Array
  readonly step: Float64Array
}

const rooms = new Map<number, State>()
function room(m: number): State {
  let state = rooms.get(m)
  if (!state) {
    const numbers = (length: number) => new Float64Array(length)
    state = { u: numbers(m), slope: numbers(m), active: new Int32Array(m), factor: numbers(m * m), step: numbers(m) }
    if (m <= WIDE) rooms.set(m, state)
  }
  return state
}

/**
 * Minimises Q from `start`.
 *
 * @param start  u0, shape [m]
 * @param tolerance  largest violation of Q's optimality conditions that should remain
 * @returns u, shape [m], and the violation there: above the tolerance when rounds or doubles ran out
 * @cost O(m³) per round; one to a handful of rounds
 */
export function minimiseQuadratic(
  q: Quadratic,
  start: Float64Array,
  tolerance: number,
): { readonly point: Float64Array; readonly violation: number } {
  const m = start.length
  const state = room(m)
  const { u, slope } = state
  u.set(start)
  for (let j = 0; j < m; j++) slope[j] = q.gradient[j]! + (j < m - 1 ? q.l2 * u[j]! : 0)
  let best = Float64Array.from(u)
  let least = violation(q, u, slope)
  for (let round = 0; round < MAX_ROUNDS && least > tolerance; round++) {
    if (q.l1 > 0) for (let k = m > WIDE ? WIDE_SWEEPS : 1; k > 0; k--) sweep(q, state)
    const oneByOne = m <= WIDE || round >= WIDE_ROUNDS
    while (!moveActive(q, state, oneByOne) && oneByOne) {
      // a coefficient became zero: solve again for the others
    }
    const now = violation(q, u, slope)
    if (now < least) {
      least = now
      best = Float64Array.from(u)
    } else if (q.l1 === 0) break
  }
  return { point: best, violation: least }
}

/** Largest violation of the optimality conditions: of Q by its slope, of F by its smooth gradient. */
export function violation({ l1 }: Pick<Quadratic, 'l1'>, u: Float64Array, slope: Float64Array): number {
  const p = u.length - 1
  let worst = Math.abs(slope[p]!)
  for (let j = 0; j < p; j++) {
    const off = u[j] === 0 ? Math.abs(slope[j]!) - l1 : Math.abs(slope[j]! + (u[j]! > 0 ? l1 : -l1))
    if (!(off <= worst)) worst = off // a NaN stays and is seen
  }
  return worst
}

/** One round of coordinate descent. */
function sweep(q: Quadratic, state: State): void {
  const { u, slope } = state
  const m = u.length
  for (let j = 0; j < m; j++) {
    const penalised = j < m - 1
    const curvature = q.hessian[j * m + j]! + (penalised ? q.l2 : 0)
    if (!(curvature > 0)) continue
    const target = u[j]! - slope[j]! / curvature
    const next = penalised ? shrink(target, q.l1 / curvature) : target
    if (next !== u[j]) shift(q, state, j, next - u[j]!, next)
  }
}

export const shrink = (value: number, by: number) => (value > by ? value - by : value < -by ? value + by : 0)

function shift(q: Quadratic, { u, slope }: State, j: number, by: number, to: number): void {
  const m = u.length
  for (let k = 0, at = j * m; k < m; k++, at++) slope[k]! += q.hessian[at]! * by
  if (j < m - 1) slope[j]! += q.l2 * by
  u[j] = to
}

/**
 * Moves all non-zero coefficients and the intercept towards their joint optimum with the signs they have.
 *
 * @returns true when the optimum was reached, false when a coefficient met zero on the way and stopped the move there
 */
function moveActive(q: Quadratic, state: State, oneByOne: boolean): boolean {
  const { u, active, step } = state
  const m = u.length
  let size = 0
  for (let j = 0; j < m; j++) if (j === m - 1 || u[j] !== 0 || q.l1 === 0) active[size++] = j
  solveActive(q, state, size)
  let reach = 1
  let first = -1
  for (let a = 0; a < size - 1 && q.l1 > 0; a++) {
    const j = active[a]!
    if (u[j]! * step[a]! >= 0) continue
    const until = -u[j]! / step[a]!
    if (until < reach) {
      reach = until
      first = j
    }
  }
  if (first >= 0 && !oneByOne && moveProjected(q, state, size)) return false
  for (let a = 0; a < size; a++) {
    const j = active[a]!
    const by = j === first ? -u[j]! : reach * step[a]!
    shift(q, state, j, by, j === first ? 0 : u[j]! + by)
  }
  return first < 0
}

/**
 * Makes the whole step with each coefficient that would change its sign put to 0, if that lowers Q: many are found at once
 * then, where stopping at the first would cost a Cholesky solve for each.
 */
function moveProjected(q: Quadratic, state: State, size: number): boolean {
  const { u, slope, active, step } = state
  const m = u.length
  const move = new Float64Array(m)
  for (let a = 0; a < size; a++) {
    const j = active[a]!
    move[j] = j < m - 1 && u[j]! * (u[j]! + step[a]!) <= 0 ? -u[j]! : step[a]!
  }
  let change = 0
  for (let j = 0; j < m; j++) {
    const by = move[j]!
    if (by === 0) continue
    let product = 0
    for (let k = 0, at = j * m; k < m; k++, at++) product += q.hessian[at]! * move[k]!
    change += by * (slope[j]! + product / 2)
    if (j < m - 1) change += q.l1 * (Math.abs(u[j]! + by) - Math.abs(u[j]!)) + (q.l2 * by * by) / 2
  }
  if (!(change < 0)) return false
  for (let j = 0; j < m; j++) if (move[j] !== 0) shift(q, state, j, move[j]!, u[j]! + move[j]!)
  return true
}

/** −(H_AA + λ I)⁻¹ (slope_A + ρ sign u_A) into `step`, by Cholesky. */
function solveActive(q: Quadratic, { u, slope, active, factor: l, step }: State, size: number): void {
  const m = u.length
  for (let a = 0; a < size; a++) {
    const j = active[a]!
    const rowA = a * size
    // Keeps dependent columns solvable, whatever their units; the error it makes is undone by the next round.
    const jitter = 1e-13 * q.hessian[j * (m + 1)]! + Number.MIN_VALUE
    for (let b = 0; b <= a; b++) {
      const rowB = b * size
      let sum = q.hessian[j * m + active[b]!]!
      if (a === b) sum += jitter + (j < m - 1 ? q.l2 : 0)
      sum -= dot(l, rowA, rowB, b)
      l[rowA + b] = a === b ? Math.sqrt(Math.max(sum, jitter)) : sum / l[rowB + b]!
    }
    let sum = -(slope[j]! + (j < m - 1 && u[j] !== 0 ? q.l1 * Math.sign(u[j]!) : 0))
    for (let k = 0; k < a; k++) sum -= l[rowA + k]! * step[k]!
    step[a] = sum / l[rowA + a]!
  }
  for (let a = size - 1; a >= 0; a--) {
    let sum = step[a]!
    for (let k = a + 1; k < size; k++) sum -= l[k * size + a]! * step[k]!
    step[a] = sum / l[a * size + a]!
  }
}
