import { type ClassWeight, type Problem, rowWeights } from '../problem.ts'

import { certify, type Fit, type Solution } from './certify.ts'
import { fitPrepared, prepare, type Start, type Tolerance } from './prepare.ts'
import { saga } from './saga.ts'

export type { Solution } from './certify.ts'
export { fitPrepared, prepare, type Start } from './prepare.ts'

export type SolverChoice = 'auto' | 'fast' | 'saga'

interface FitOptions {
  readonly solver: SolverChoice
  /** `default`: F within 1e-6 of the optimum. `tight`: within 1e-9, and a KKT residual that certifies it. */
  readonly tol?: Tolerance
  /** Where to begin; the base rate when absent. Changes the way, not the optimum. */
  readonly start?: Start | undefined
  readonly maxIterations?: number
  /** Of saga's order of rows. */
  readonly seed?: number
}

/**
 * Solves one elastic-net logistic regression and certifies the result.
 *
 * Minimises F of `Problem`. Deterministic: the same problem, options and start give the same bits, with either kernel.
 *
 * @throws KwxError as `checkProblem`
 * @cost see the solvers; the certificate adds about three passes over the rows
 */
export function fit(problem: Problem, options: FitOptions): Fit {
  return certify(problem, solve(problem, options))
}

/** The same without the certificate. */
export function solve(problem: Problem, options: FitOptions): Solution {
  const { solver, tol, start = null, maxIterations, seed } = options
  if (chosenSolver(solver) === 'saga') return saga(problem, { tol, start, maxIterations, seed })
  const { x, n, p, y, weight, offset = null, C, l1Ratio } = problem
  return fitPrepared(prepare(x, n, p, y, weight, offset), C, l1Ratio, null, start, tol, maxIterations)
}

/** Fits on the same rows, one after the other; `start` says where, null from nothing. */
export type RowSolver = (C: number, l1Ratio: number, classWeight: ClassWeight, start?: Start | null) => Solution

/**
 * A solver for many fits on the same rows.
 *
 * The fast solver lays them out once and remembers points and curvature, from which it chooses its start itself unless
 * that is null; SAGA begins at the start that it is given.
 *
 * @param x  row-major, shape [n, p], standardised
 * @param y  0 or 1, shape [n]
 * @param offset  as in `Problem`
 * @throws KwxError as `prepare`
 */
export function rowSolver(
  x: Float64Array,
  n: number,
  p: number,
  y: Uint8Array,
  choice: SolverChoice,
  offset?: Float64Array | undefined,
): RowSolver {
  if (chosenSolver(choice) === 'fast') {
    const prepared = prepare(x, n, p, y, null, offset ?? null)
    return (C, l1Ratio, classWeight, start) =>
      fitPrepared(prepared, C, l1Ratio, classWeight, start === null ? null : undefined)
  }
  return (C, l1Ratio, classWeight, start = null) =>
    saga({ x, n, p, y, weight: rowWeights(y, classWeight), offset, C, l1Ratio }, { start })
}

/** `auto` is the fast solver: it reaches the same optimum on every shape of data that was measured, and sooner. */
export const chosenSolver = (choice: SolverChoice): 'fast' | 'saga' => (choice === 'saga' ? 'saga' : 'fast')
