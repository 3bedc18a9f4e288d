/** A production configuration after validation: defaults filled in, names as in the file (spec: phase 1). */
export interface ProductionConfig {
  readonly city: string
  readonly bracket: Bracket
  readonly feature_set: string
  /** What the log-odds start from: nothing, or those of the market's price. */
  readonly offset: Offset
  readonly train_days: number
  readonly test_days: number
  readonly step_days: number
  /** The last training days that are not used: a day is settled only the next morning. */
  readonly embargo_days: number
  /** ISO dates of climate days, both inclusive. */
  readonly start_date: string
  readonly end_date: string
  readonly penalties: readonly Penalty[]
  readonly trials: number
  readonly cv_splits: number
  readonly search_space: {
    readonly C_min: number
    readonly C_max: number
    readonly l1_ratio_min: number
    readonly l1_ratio_max: number
    readonly class_weight: readonly (null | 'balanced')[]
  }
  /** How the search goes through `search_space`. */
  readonly search: {
    readonly method: SearchMethod
    /** Stratified draws before `trials` learns from what it saw. */
    readonly startup_trials: number
    /** Values of C and of l1_ratio that `grid` and `path` combine, ends included. */
    readonly C_values: number
    readonly l1_ratio_values: number
    /** The mean score over folds that a trial is chosen by. */
    readonly objective: SearchObjective
  }
  /** `auto`: kwx picks, and the model's certificate says what. */
  readonly solver: 'auto' | 'fast' | 'saga'
  readonly calibration: {
    /** `cross-validated`: the one of none, Platt and isotonic with the best log loss on held-out days. `origin`: by counts. */
    readonly rule: 'cross-validated' | 'origin'
    readonly method_large: 'isotonic' | 'sigmoid'
    readonly method_small: 'isotonic' | 'sigmoid'
    /** Rows from which `method_large` is used (and 8 event days). */
    readonly threshold: number
  }
  /** The reading of the market that a model must beat, and that the pool and the loop take for the market. */
  readonly benchmark: Benchmark
  readonly gates: {
    /** Nats per market-hour below which a difference in log loss counts as none. */
    readonly min_effect: number
  }
  readonly blend_weight: number
  readonly risk: {
    readonly kelly_alpha: number
    readonly max_spread_cents: number
    readonly tau_open_cents: number
    readonly tau_close_cents: number
    readonly slip_per_leg_cents: number
    readonly max_bankroll_pct_city_day_side: number
    /** The loop's own limits; the backtest trades without them. */
    readonly max_bankroll_pct_total: number
    readonly max_daily_loss_pct: number
  }
  readonly use_vc_minutes: boolean
  readonly excluded_vc_cities: readonly string[]
  readonly seed: number
  readonly price_source: 'candles' | 'trades'
  /** Station whose reports are the features' weather; null: the city's settlement station. Else a declared proxy. */
  readonly observation_station: string | null
  readonly model_dir: string | null
  readonly pilot_dir: string | null
  readonly pilot_windows: number | null
  readonly pilot_total_test_rows: number | null
}

/** What a model's log-odds start from: nothing, or those of the market's price. */
export type Offset = 'none' | 'market'
/** What a search minimises. */
export type SearchObjective = 'log_loss' | 'brier'
/**
 * Parameter-free readings of the market: the last trade, the middle of its two sides, and half-way between the two in
 * log-odds.
 */
export type Benchmark = 'half-way' | 'mid' | 'last'
/** The kinds of market that a model is for: both strikes, above a floor, below a cap. */
export type Bracket = 'between' | 'greater' | 'less'
/** Penalties of the coefficients; `elasticnet` mixes the other two by `l1_ratio`. */
/**
 * `trials`: tree-structured Parzen estimators with pruning. `grid`: every combination, pruned. `path`: every combination,
 * each fitted from its neighbour of the next smaller C, none pruned.
 */
export type SearchMethod = 'trials' | 'grid' | 'path'
export type Penalty = 'l1' | 'l2' | 'elasticnet'

/**
 * What `config:load` hands on, as `config.json` of an artefact of kind `config`.
 *
 * `name` is the configuration's file stem: it names the pilot. `origins` says for each dotted key where its value came
 * from: `default`, or `file:line:column` with the path relative to the working folder.
 */
export interface LoadedConfig {
  readonly name: string
  readonly file: string
  readonly config: ProductionConfig
  readonly origins: Readonly<Record<string, string>>
}
