import { dualityGap } from '../duality-gap.ts'
import type { Certificate } from '../model-file.ts'
import { kktResidual } from '../objective.ts'
import type { Problem } from '../problem.ts'

/** A point and how a solver came to it. */
export interface Solution {
  /** β, shape [p]. */
  readonly coefficients: Float64Array
  readonly intercept: number
  /** Which solver, with its version: `fast@1`, `saga@1`. */
  readonly solver: string
  /** F as the solver knows it; `certify` takes it from the data again. */
  readonly objective: number
  /** KKT residual of F / (C n) as the solver saw it last. */
  readonly kkt: number
  readonly iterations: number
  readonly converged: boolean
  /** What ended it, in words. */
  readonly reason: string
}

interface SolverCertificate extends Certificate {
  readonly reason: string
}

export interface Fit {
  readonly coefficients: Float64Array
  readonly intercept: number
  readonly certificate: SolverCertificate
}

/**
 * A solution with what it proves about itself: objective, KKT residual and duality gap from the data, without the solver.
 *
 * @cost O(n p), about three passes of plain TypeScript
 */
export function certify(problem: Problem, solution: Solution): Fit {
  const { coefficients, intercept, solver, iterations, converged, reason } = solution
  const gap = dualityGap(problem, coefficients, intercept)
  const kkt = kktResidual(problem, coefficients, intercept)
  const certificate = { solver, objective: gap.primal, kkt, relativeGap: gap.relative, iterations, converged, reason }
  return { coefficients, intercept, certificate }
}
