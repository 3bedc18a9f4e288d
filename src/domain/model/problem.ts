/**
 * An elastic-net logistic regression to be solved.
 *
 * Minimises over coefficients β and intercept b, which is not penalised,
 *
 *   F(β, b) = C Σ_i w_i [softplus(z_i) − y_i z_i] + ρ ‖β‖₁ + ½ (1 − ρ) ‖β‖₂² ,   z_i = o_i + b + x_i · β
 *
 * the objective of scikit-learn's `saga` solver with `C`, ρ = `l1Ratio` and sample weights w, on top of offsets o: a
 * column whose coefficient is 1 and neither fitted nor penalised.
 */
export interface Problem {
  /** Row-major, shape [n, p], standardised. */
  readonly x: Float64Array
  readonly n: number
  readonly p: number
  /** Outcomes, 0 or 1, shape [n]. */
  readonly y: Uint8Array
  /** Weights >= 0, shape [n]. */
  readonly weight: Float64Array
  /** o, log-odds that a row has before the model says anything, shape [n], at most 500 in size; absent: 0. */
  readonly offset?: Float64Array | undefined
  /** > 0: the larger, the weaker the penalty. */
  readonly C: number
  /** In [0, 1]: 1 is the lasso, 0 is ridge. */
  readonly l1Ratio: number
}

/** Whether both outcomes weigh the same whatever their number. */
export type ClassWeight = null | 'balanced'

/**
 * Weights of rows: 1, or n / (2 · rows of its class) when `balanced`, so that both classes weigh the same.
 *
 * @returns shape [n]; it sums to n when both classes are there
 */
export function rowWeights(y: Uint8Array, classWeight: ClassWeight): Float64Array {
  if (classWeight === null) return new Float64Array(y.length).fill(1)
  let positives = 0
  for (let i = 0; i < y.length; i++) positives += y[i]!
  const one = y.length / (2 * positives)
  const zero = y.length / (2 * (y.length - positives))
  return Float64Array.from(y, (outcome) => (outcome === 1 ? one : zero))
}
