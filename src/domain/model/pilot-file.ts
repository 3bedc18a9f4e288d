import type { Bracket, Penalty, SearchMethod, SearchObjective } from '../config/production-config.ts'

/** How one window of a pilot ended. */
export interface PilotWindow {
  readonly window: string
  readonly outcome: 'fitted' | 'not-enough-evidence'
  /** One sentence; empty for a fitted window. */
  readonly reason: string
  /** Rows. `n_train` are those that the coefficients were fitted on, `n_calibration` those held out of them. */
  readonly n_train: number
  readonly n_calibration: number
  readonly n_test: number
}

/** `pilot.json`. Each fitted window has a folder of its name beside it; the origin of the rows is the artefact's. */
export interface PilotFile {
  readonly name: string
  readonly city: string
  readonly bracket: Bracket
  readonly feature_set: string
  readonly windows: readonly PilotWindow[]
}

/** One configuration that the search tried. */
export interface Trial {
  readonly trial: number
  readonly penalty: Penalty
  readonly C: number
  readonly l1_ratio: number
  readonly class_weight: null | 'balanced'
  /** Score on each fold that was fitted, in fold order, by the search's objective. */
  readonly fold_scores: readonly number[]
  /** Mean over all folds; null when the trial was pruned. */
  readonly objective: number | null
  /** The same two by their older names, with the objective `brier` only. */
  readonly fold_brier?: readonly number[]
  readonly mean_brier?: number | null
  /** Folds after which the trial was given up; null when it was finished. */
  readonly pruned_at: number | null
  /** Fits that ended without reaching the tolerance. */
  readonly not_converged: number
}

/** `win_*\/parameters.json`: everything that the search did. */
export interface ParametersFile {
  readonly window: string
  readonly method: SearchMethod
  /** What the trials were scored by. */
  readonly objective: SearchObjective
  readonly seed: string
  readonly folds: number
  /** Days that the search saw: the training days without the calibration days and the embargoed ones. */
  readonly search_days: readonly string[]
  /** In the order they were made: each may depend on those before it. */
  readonly trials: readonly Trial[]
  /** Index of the chosen trial: the smallest objective, the earliest on ties. */
  readonly chosen: number
}

/** Scores of one kind of probability on the test rows. */
export interface Scores {
  readonly log_loss: number
  readonly brier: number
  readonly ece: number
}

/** `win_*\/metrics.json`: model, uncalibrated model and market on the same rows. */
export interface MetricsFile {
  readonly window: string
  readonly rows: number
  readonly days: number
  readonly yes_share: number
  readonly model: Scores
  readonly uncalibrated: Scores
  readonly market: Scores
  /** Share of the rows whose calibrated probability was moved into the clip. */
  readonly clipped_share: number
  readonly nonzero_coefficients: number
}
