import type { Origin } from 'kwx'
import type { Benchmark } from 'kwx/config'
import type { EProcessFigures, MeanInterval, ReportVerdict, SkillJudgement, WeightedDifference } from 'kwx/contracts'
import type { Scores } from 'kwx/model'
import type { CalibrationOutcome } from 'kwx/scores'

/*
 * The files 01 to 05. Keys are those that readers of the earlier reports know; new ones stand beside them. A figure
 * that cannot be computed is null, and a `reason` beside it says why: no file holds NaN.
 */

/** Mean and standard deviation (ddof 0) over the fitted windows; null without one. */
export interface WindowMetrics {
  readonly log_loss_mean: number | null
  readonly log_loss_std: number | null
  readonly brier_mean: number | null
  readonly brier_std: number | null
  readonly ece_mean: number | null
  readonly ece_std: number | null
}

/** Scores of a set of rows; null without rows. */
export type RowScores = { readonly [Score in keyof Scores]: number | null }

/** Model minus market, the mean over rows, with its interval: below 0 the model is better. */
export interface Interval {
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
  /** Why a figure is null; null when none is. */
  readonly reason: string | null
}

/** Diebold-Mariano: whether the mean daily difference, model minus market, could be none. */
export interface EqualAccuracy {
  /** Mean over days, each counting alike: below 0 the model is better. */
  readonly mean: number | null
  readonly standard_error: number | null
  readonly statistic: number | null
  /** Two-sided. */
  readonly p_value: number | null
  /** Why a figure is null; null when none is. */
  readonly reason: string | null
}

/** Score = mcb − dsc + unc: miscalibration, discrimination, uncertainty; null without rows. */
interface Parts {
  readonly mcb: number | null
  readonly dsc: number | null
  readonly unc: number | null
}

export interface ScoreParts {
  readonly log_loss: Parts
  readonly brier: Parts
}

/** A reading of the market as a forecast of the model's rows. */
export interface BenchmarkComparison {
  readonly scores: RowScores
  /** Log loss of the model minus that of the reading. */
  readonly difference: WeightedDifference
}

/** Log loss of the model minus that of its benchmark in one hour of the day. */
export interface HourDifference {
  /** 0 to 23, in the city's standard time all year: the clock of the climate day. */
  readonly hour_local: number
  readonly days: number
  readonly market_hours: number
  /** Mean over the market-hours, with an interval that resamples days. */
  readonly difference: MeanInterval
}

/** How often the test days were looked at. */
export interface Evaluations {
  /** Distinct configurations that this database knows to have been judged on any of the days, this one included. */
  readonly count: number
  /** Date of the first row of the ledger; null without a tested day. */
  readonly unknown_before: string | null
  readonly sentence: string
}

export interface WindowRow extends RowScores {
  readonly window: string
  readonly outcome: 'fitted' | 'not-enough-evidence'
  readonly reason: string
  readonly n_train: number
  readonly n_calibration: number
  readonly n_test: number
  readonly n_test_days: number
  readonly n_nonzero_coef: number | null
  readonly penalty: string | null
  /** Method of the calibrator. */
  readonly calibration: string | null
  /** Share of the test rows whose probability was moved into the clip. */
  readonly clipped_share: number | null
  readonly market: RowScores
  /** Log loss of the model minus that of its benchmark by market-hours; the interval resamples the window's days. */
  readonly difference: MeanInterval
}

export type Outcome = 'pass' | 'fail' | 'not-enough-evidence' | 'stale' | 'not-applicable'

export interface JudgedGate {
  readonly gate: string
  readonly title: string
  readonly outcome: Outcome
  readonly value: number | null
  readonly threshold: number | null
  readonly threshold_source: string
  readonly sentence: string
}

/** A file of the second phase in this report. */
export interface DecisionEntry extends ReportVerdict {
  readonly file: string
  /** Hash of the artefact it was copied from; null where the pipeline makes none. */
  readonly artefact: string | null
}

export interface Verdict {
  readonly outcome: 'pass' | 'fail' | 'not-enough-evidence' | 'stale'
  readonly exit: 0 | 3 | 4 | 5
  readonly sentence: string
}

/** `01_model_validation_summary.json` without the gates, as the gates see it. */
export interface ValidationSummary {
  readonly phase: string
  readonly city: string
  readonly bracket: string
  readonly feature_set: string
  readonly origin: Origin
  readonly price_source: string
  readonly weather: { readonly station: string; readonly proxy: boolean }
  /** Markets by what decided them. */
  readonly labels: { readonly exchange: number; readonly derived: number; readonly quarantined: number }
  /** Fitted windows. */
  readonly n_windows: number
  readonly n_windows_planned: number
  readonly total_test_rows: number
  readonly total_test_days: number
  readonly yes_rows: number
  readonly metrics: WindowMetrics
  readonly market: WindowMetrics
  /** All test rows as one set. `accuracy` is the share of rows on whose side of 1/2 the probability lies. */
  readonly pooled: Readonly<Record<'model' | 'market', RowScores & { readonly accuracy: number | null }>>
  /** The pooled log loss and Brier score, taken apart. */
  readonly decomposition: {
    readonly method: 'CORP: isotonic recalibration'
    readonly model: ScoreParts
    readonly market: ScoreParts
  }
  readonly difference: {
    readonly method: 'day-block bootstrap, percentile'
    readonly level: number
    readonly draws: number
    readonly seed: number
    readonly days: number
    readonly log_loss: Interval
    readonly brier: Interval
  }
  readonly diebold_mariano: {
    readonly method: 'daily means, Newey-West, Student t'
    readonly days: number
    /** Days in a row whose dependence is counted. */
    readonly lags: number
    readonly log_loss: EqualAccuracy
    readonly brier: EqualAccuracy
  }
  /** The reading of the market that the model must beat. Keys named `market` are its. */
  readonly benchmark: {
    readonly reading: Benchmark
    readonly name: string
    /** An older side of the book is none. */
    readonly max_side_age_minutes: number
    readonly rows: number
    /** Rows on which one reading stands in for the other. */
    readonly rows_without_middle: number
    readonly rows_without_last: number
  }
  /** Every reading on the model's rows. */
  readonly benchmarks: Readonly<Record<'last' | 'middle' | 'half_way', BenchmarkComparison>>
  /** The verdict on the model against its benchmark, the figures of which are log losses by market-hour. */
  readonly skill: SkillJudgement
  /** The same difference by row, market-hour and event day. */
  readonly weightings: WeightedDifference
  readonly e_process: EProcessFigures
  /** Minutes east of UTC of the local hours. */
  readonly standard_offset: number
  readonly difference_by_hour: readonly HourDifference[]
  readonly evaluations: Evaluations
  readonly model_sparsity: { readonly nonzero_coef_mean: number | null; readonly nonzero_coef_std: number | null }
  readonly penalty: string | null
  readonly pilot_dir: string
  /** Hash of the pilot artefact. */
  readonly pilot: string
  /** The files 07 to 10. */
  readonly decision: readonly DecisionEntry[]
  readonly windows: readonly WindowRow[]
}

/** `01_model_validation_summary.json` as written. */
export interface JudgedSummary extends ValidationSummary {
  readonly gates: readonly JudgedGate[]
  readonly verdict: Verdict
}

/** `02_nyc_exclusion_audit.json`. */
export interface ExclusionAudit {
  readonly city: string
  readonly status: 'pass' | 'fail' | 'not-applicable'
  readonly sentence: string
  /** Cities that a manifest or the configuration excludes from a source's minute features. */
  readonly excluded_cities: readonly string[]
  /** Ids of all known cities. */
  readonly city_config_keys: readonly string[]
  readonly validation: {
    readonly city_is_excluded: boolean
    /** Sources whose minute features this city must not have, and those that the built data says were gated. */
    readonly sources_expected: readonly string[]
    readonly sources_gated: readonly string[]
    readonly rows_built: number
    readonly rows_checked: number
    readonly rows_exposed: number
    readonly rows_violating: number
    readonly minute_rows: number
    readonly gated_rows: number
    readonly values_hidden: number
    /** Climate days of a source that were gated for their repeats. */
    readonly filled_days: number
    readonly faults: readonly string[]
  }
}

export interface CalibrationBin {
  readonly bin_range: string
  readonly count: number
  readonly event_days: number
  readonly mean_pred: number | null
  readonly observed_freq: number | null
  /** |observed_freq - mean_pred|. */
  readonly calibration_error: number | null
  readonly verdict: 'judged' | 'not-enough-evidence'
}

export interface Reliability {
  readonly ece: number | null
  /** Largest calibration error of the judged bins; null when none is. */
  readonly max_error: number | null
  readonly judged_bins: number
  /** Calibration without bins: mcb is what the best monotone recalibration would save. */
  readonly decomposition: ScoreParts
  readonly bins: readonly CalibrationBin[]
}

/** Two tests of calibration by market-hours with days as blocks; null where a figure does not exist. */
export interface CalibrationTests {
  readonly outcome: CalibrationOutcome
  /** Of each test. */
  readonly level_each: number
  readonly draws: number
  readonly seed: number
  readonly days: number
  readonly market_hours: number
  readonly corp: {
    /** CORP miscalibration of the Brier score, and its mean where the days' residuals have random signs. */
    readonly miscalibration: number | null
    readonly expected: number | null
    readonly p_value: number | null
  }
  /** logit P(YES) = intercept + slope · logit(p), tested at (0, 1). */
  readonly recalibration: {
    readonly intercept: number | null
    readonly slope: number | null
    /** At slope 1; null where the log-odds do not vary. */
    readonly slope_error: number | null
    readonly identified: boolean
    readonly statistic: number | null
    readonly degrees: readonly [number, number]
    readonly p_value: number | null
  }
  readonly sentence: string
}

/** The ECE of the rows beside that of a perfect forecaster on them. Decides nothing. */
export interface EceReported {
  readonly ece: number | null
  readonly perfect_mean: number | null
  /** 95th percentile. */
  readonly perfect_high: number | null
  readonly draws: number
  /** The threshold of the method that kwx descends from, on the mean over windows. */
  readonly origin_threshold: number
}

/** Where a perfect forecaster on the same rows and days would keep a bin's share of YES; null in an empty bin. */
export interface BinBand {
  readonly bin_range: string
  readonly low: number | null
  readonly high: number | null
}

/** Consistency bands of the pooled reliability: outcomes drawn from the probabilities, one draw for a market. */
export interface Consistency {
  readonly method: 'outcomes redrawn from the probabilities by market'
  /** Share of the draws within a bin's band, each bin by itself. */
  readonly level: number
  readonly draws: number
  readonly seed: number
  readonly model: readonly BinBand[]
  readonly market: readonly BinBand[]
}

/** `03_calibration_analysis.json`: the model pooled at the top, as in earlier reports. */
export interface CalibrationAnalysis extends Reliability {
  readonly minimum_event_days_per_bin: number
  readonly test: CalibrationTests
  readonly ece_reported: EceReported
  readonly market: Reliability
  readonly consistency: Consistency
  readonly windows: readonly { readonly window: string; readonly model: Reliability; readonly market: Reliability }[]
}

/** `04_config_validation.json`. */
export interface ConfigValidation {
  readonly config_file: string
  readonly city: string
  readonly bracket: string
  readonly feature_set: string
  readonly training: Readonly<Record<string, unknown>>
  readonly hyperparameters: Readonly<Record<string, unknown>>
  readonly calibration: Readonly<Record<string, unknown>>
  readonly risk: Readonly<Record<string, unknown>>
  readonly vc_features: Readonly<Record<string, unknown>>
  readonly data: Readonly<Record<string, unknown>>
  readonly gates: Readonly<Record<string, unknown>>
  /** Dotted key -> `default` or file:line:column. */
  readonly origins: Readonly<Record<string, string>>
  readonly n_stated: number
  readonly n_default: number
  readonly problems: readonly string[]
  readonly validation_passed: boolean
}

export interface Check {
  readonly check: string
  readonly status: 'passed' | 'failed' | 'absent'
  readonly saw: unknown
  readonly sentence: string
}

/** `05_infrastructure_verification.json`. What is absent was not run and counts for nothing. */
export interface InfrastructureVerification {
  readonly checks: readonly Check[]
  readonly n_ran: number
  readonly n_failed: number
  readonly n_absent: number
  /** True when at least one check ran and none failed. */
  readonly all_passed: boolean
}

export interface Reports {
  readonly summary: JudgedSummary
  readonly exclusion: ExclusionAudit
  readonly calibration: CalibrationAnalysis
  readonly config: ConfigValidation
  readonly infrastructure: InfrastructureVerification
}

/** File of each report; its schema is `schemas/<same name>`. */
export const REPORT_FILES = {
  summary: '01_model_validation_summary.json',
  exclusion: '02_nyc_exclusion_audit.json',
  calibration: '03_calibration_analysis.json',
  config: '04_config_validation.json',
  infrastructure: '05_infrastructure_verification.json',
} as const satisfies Record<keyof Reports, string>

/** The page for a person, as Markdown and with drawings. */
export const SUMMARY_PAGE = '06_phase1_summary_report.md'
export const SUMMARY_HTML = '06_phase1_summary_report.html'
