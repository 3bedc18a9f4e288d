const count = { type: 'integer', minimum: 1 }
const ratio = { type: 'number', minimum: 0, maximum: 1 }
const share = { type: 'number', exclusiveMinimum: 0, maximum: 1 }
const cents = { type: 'number', minimum: 0 }
const method = { type: 'string', enum: ['isotonic', 'sigmoid'] }
const textOrNone = { type: ['string', 'null'], minLength: 1, default: null }
const countOrNone = { type: ['integer', 'null'], minimum: 1, default: null }

const section = <Properties extends object>(description: string, properties: Properties) => ({
  description,
  type: 'object',
  additionalProperties: false,
  default: {},
  properties,
})

/**
 * JSON Schema of a production configuration; `ProductionConfig` is its type.
 *
 * What a schema cannot say (dates in order, a window that fits, known names, the pilot on disk) is in
 * check-production-config.ts.
 */
export const productionConfigSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'kwx/production-config@1',
  title: 'kwx production configuration',
  type: 'object',
  additionalProperties: false,
  required: ['city', 'bracket', 'feature_set', 'start_date', 'end_date'],
  properties: {
    $schema: { description: 'For editors; not used.', type: 'string' },
    city: { description: 'Id of a city, see "kwx cities".', type: 'string', minLength: 1 },
    bracket: {
      description: "Which markets of a ladder: the exchange's strike type.",
      type: 'string',
      enum: ['between', 'greater', 'less'],
    },
    feature_set: { description: 'Id of a feature set, see "kwx feature-sets".', type: 'string', minLength: 1 },
    offset: {
      description:
        "What the model's log-odds start from: nothing, or (market) those of the market's price, which the features then only correct. Needs a feature set with market_logit, such as market_offset.",
      type: 'string',
      enum: ['none', 'market'],
      default: 'none',
    },
    train_days: { description: 'Climate days that a window trains on.', ...count, default: 90 },
    test_days: {
      description: 'Climate days that a window is tested on, right after its training.',
      ...count,
      default: 7,
    },
    step_days: { description: 'Climate days from one window to the next.', ...count, default: 7 },
    embargo_days: {
      description:
        'The last training days that are not used: a day is settled only the next morning. 0 uses labels that were not known yet.',
      type: 'integer',
      minimum: 0,
      default: 1,
    },
    start_date: { description: 'First training day of the first window.', type: 'string', format: 'date' },
    end_date: { description: 'Last day a window may test, inclusive.', type: 'string', format: 'date' },
    penalties: {
      description: 'Penalties that the search may choose from.',
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', enum: ['l1', 'l2', 'elasticnet'] },
      default: ['elasticnet'],
    },
    trials: { description: 'Configurations that the search tries per window.', ...count, default: 40 },
    cv_splits: { description: 'Folds of event days that score a trial.', type: 'integer', minimum: 2, default: 4 },
    search_space: section('What the search may try.', {
      C_min: {
        description: 'Least inverse strength of the penalty.',
        type: 'number',
        exclusiveMinimum: 0,
        default: 0.001,
      },
      C_max: {
        description: 'Greatest inverse strength of the penalty.',
        type: 'number',
        exclusiveMinimum: 0,
        default: 1000,
      },
      l1_ratio_min: { description: 'Least share of the l1 penalty.', ...ratio, default: 0 },
      l1_ratio_max: { description: 'Greatest share of the l1 penalty.', ...ratio, default: 1 },
      class_weight: {
        description: 'Weights of YES and NO rows: none (null) or balanced.',
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: ['string', 'null'], enum: [null, 'balanced'] },
        default: [null, 'balanced'],
      },
    }),
    search: section('How the search goes through search_space.', {
      objective: {
        description:
          'The mean score over folds that a trial is chosen by: log_loss, which models are judged by, or brier.',
        type: 'string',
        enum: ['log_loss', 'brier'],
        default: 'log_loss',
      },
      method: {
        description:
          'trials: draws that learn from earlier ones, pruned early. grid: all combinations, pruned. path: all combinations along warm-started paths over C.',
        type: 'string',
        enum: ['trials', 'grid', 'path'],
        default: 'trials',
      },
      startup_trials: {
        description: 'Draws of `trials` spread evenly over search_space before the others learn from them.',
        type: 'integer',
        minimum: 1,
        default: 10,
      },
      C_values: {
        description: 'Values of C of `grid` and `path`, evenly spaced on a log scale from C_min to C_max.',
        type: 'integer',
        minimum: 2,
        maximum: 1000,
        default: 13,
      },
      l1_ratio_values: {
        description: 'Values of l1_ratio of `grid` and `path`, evenly spaced from l1_ratio_min to l1_ratio_max.',
        type: 'integer',
        minimum: 2,
        maximum: 1000,
        default: 5,
      },
    }),
    solver: {
      description: 'Who fits the model: saga, the fast solver of the same optimum, or auto to let kwx choose.',
      type: 'string',
      enum: ['auto', 'fast', 'saga'],
      default: 'auto',
    },
    calibration: section('How probabilities are calibrated on days that the model has not seen.', {
      rule: {
        description:
          'cross-validated: none, Platt or isotonic (from 40 event days), whichever has the best day-grouped cross-validated log loss. origin: by counts of rows and days, as the three keys below say.',
        type: 'string',
        enum: ['cross-validated', 'origin'],
        default: 'cross-validated',
      },
      method_large: { description: 'From `threshold` rows and 8 event days.', ...method, default: 'isotonic' },
      method_small: { description: 'With fewer rows, from 4 event days.', ...method, default: 'sigmoid' },
      threshold: {
        description: 'Rows from which `method_large` is used.',
        type: 'integer',
        minimum: 100,
        default: 1000,
      },
    }),
    benchmark: {
      description:
        'The reading of the market that a model must beat and that pool and loop take for the market: last (the last trade), mid (the middle of the book), half-way (between the two in log-odds); null: half-way with price_source trades, mid with candles.',
      type: ['string', 'null'],
      enum: ['half-way', 'mid', 'last', null],
      default: null,
    },
    gates: section('Thresholds of the verdict.', {
      min_effect: {
        description: 'Nats per market-hour: a smaller difference in log loss counts as none.',
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0.0005,
      },
    }),
    blend_weight: { description: "The model's weight in the opinion pool with the market.", ...ratio, default: 0.7 },
    risk: section('Limits of a position; used by the backtest and the loop, never by training.', {
      kelly_alpha: { description: 'Fraction of the Kelly stake.', ...share, default: 0.25 },
      max_spread_cents: { description: 'Widest spread that is traded.', ...cents, default: 3 },
      tau_open_cents: { description: 'Least edge after fees to open.', ...cents, default: 1 },
      tau_close_cents: { description: 'Edge below which a position is closed.', ...cents, default: 0.5 },
      slip_per_leg_cents: { description: 'Slippage assumed for each leg.', ...cents, default: 1 },
      max_bankroll_pct_city_day_side: {
        description: 'Largest share of the bankroll on one side of one city and day.',
        ...share,
        default: 0.1,
      },
      max_bankroll_pct_total: {
        description: 'Largest share of the bankroll in positions and resting orders together; of the loop alone.',
        ...share,
        default: 0.5,
      },
      max_daily_loss_pct: {
        description:
          'Share of the bankroll that may be lost on one day (UTC); then nothing is opened until the next. Of the loop alone.',
        ...share,
        default: 0.05,
      },
    }),
    use_vc_minutes: {
      description: 'Whether Visual Crossing minute features are used at all.',
      type: 'boolean',
      default: true,
    },
    excluded_vc_cities: {
      description: 'Cities without Visual Crossing minute features; adds to those that city manifests exclude.',
      type: 'array',
      uniqueItems: true,
      items: { type: 'string', minLength: 1 },
      default: ['nyc'],
    },
    seed: {
      description: 'Seed from which every random choice follows.',
      type: 'integer',
      minimum: -Number.MAX_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 42,
    },
    price_source: {
      description: "The exchange's one-minute candles, or candles built from prints.",
      type: 'string',
      enum: ['candles', 'trades'],
      default: 'candles',
    },
    observation_station: {
      description: "Station of the weather features: null for the city's own, or one of its declared proxies.",
      ...textOrNone,
    },
    model_dir: { description: 'Folder of models; null for the project setting.', ...textOrNone },
    pilot_dir: { description: 'Folder of the promoted pilot.', ...textOrNone },
    pilot_windows: { description: 'Fitted windows of that pilot.', ...countOrNone },
    pilot_total_test_rows: { description: 'Test rows of all its windows.', ...countOrNone },
  },
}
