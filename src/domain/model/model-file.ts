import type { Bracket, Penalty } from '../config/production-config.ts'

/** Turns a decision value (log-odds) into a probability. */
export type Calibrator =
  | { readonly method: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] }
  /** p = 1 / (1 + exp(a f + b)): scikit-learn's sign. */
  | { readonly method: 'sigmoid'; readonly a: number; readonly b: number }
  | { readonly method: 'none' }

/** What a solver says of its own result; `verify` recomputes objective, KKT residual and gap from the data. */
export interface Certificate {
  readonly solver: string
  readonly objective: number
  /** Largest violation of the optimality conditions of objective / (C n), intercept included. */
  readonly kkt: number
  /** (primal - dual) / max(1, |primal|). */
  readonly relativeGap: number
  readonly iterations: number
  readonly converged: boolean
  /** What ended the solver, in words. */
  readonly reason?: string
}

/** `model.json`: all that is needed to predict, as data. Loading one never runs code. */
export interface ModelFile {
  readonly schema: 'kwx/model@1'
  /** SHA-256 of the canonical JSON of everything else: an edited file is refused. */
  readonly id: string
  readonly city: string
  readonly bracket: Bracket
  readonly feature_set: string
  readonly feature_set_version: string
  readonly window: string
  /** Columns of the design in order, `_is_na` indicators included. */
  readonly features: readonly string[]
  readonly scaling: { readonly mean: readonly number[]; readonly scale: readonly number[] }
  /** The last days of the training span that nothing was fitted on, because their labels come late; absent: 0. */
  readonly embargo_days?: number
  /** `market`: the column `market_logit` has the coefficient 1, not fitted, and there is no intercept; absent: `none`. */
  readonly offset?: 'market'
  /** In standardised units. */
  readonly coefficients: readonly number[]
  readonly intercept: number
  readonly calibrator: Calibrator
  readonly calibration: {
    readonly reason: string
    readonly rows: number
    /** ISO event days that only the calibrator saw. */
    readonly days: readonly string[]
  }
  /** Probabilities are clipped into this after calibration. */
  readonly clip: readonly [number, number]
  readonly hyper_parameters: {
    readonly penalty: Penalty
    readonly C: number
    readonly l1_ratio: number
    readonly class_weight: null | 'balanced'
  }
  readonly certificate: Certificate
  readonly training: {
    /** First and last day of the training span, calibration days and embargoed days included. */
    readonly first_day: string
    readonly last_day: string
    /** ISO event days that the coefficients were fitted on. */
    readonly days: readonly string[]
    readonly rows: number
    readonly positives: number
  }
  readonly test: { readonly first_day: string; readonly last_day: string }
  /** Hash of the features artefact and of the labels artefact. */
  readonly data: { readonly features: string; readonly labels: string }
  readonly seed: number
  readonly kwx: string
}
