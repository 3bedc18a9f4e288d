import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { City } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'

/** A city's manifest as it is shipped. */
export const city = (id: string): City =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../cities/${id}.json`, import.meta.url)), 'utf8'))

/** A configuration with what the builder reads; the rest has the documented defaults. */
export const config = (over: Partial<LoadedConfig['config']>): LoadedConfig['config'] => ({
  city: 'miami',
  bracket: 'between',
  feature_set: 'elasticnet_rich',
  offset: 'none',
  train_days: 42,
  test_days: 7,
  step_days: 7,
  embargo_days: 1,
  start_date: '2024-11-20',
  end_date: '2025-02-25',
  penalties: ['elasticnet'],
  trials: 40,
  cv_splits: 4,
  search_space: { C_min: 0.001, C_max: 1000, l1_ratio_min: 0, l1_ratio_max: 1, class_weight: [null, 'balanced'] },
  search: { method: 'trials', startup_trials: 10, C_values: 13, l1_ratio_values: 5, objective: 'log_loss' },
  solver: 'auto',
  calibration: { rule: 'cross-validated', method_large: 'isotonic', method_small: 'sigmoid', threshold: 1000 },
  benchmark: 'half-way',
  gates: { min_effect: 0.0005 },
  blend_weight: 0.7,
  risk: {
    kelly_alpha: 0.25,
    max_spread_cents: 3,
    tau_open_cents: 1,
    tau_close_cents: 0.5,
    slip_per_leg_cents: 1,
    max_bankroll_pct_city_day_side: 0.1,
    max_bankroll_pct_total: 0.5,
    max_daily_loss_pct: 0.05,
  },
  use_vc_minutes: true,
  excluded_vc_cities: ['nyc'],
  seed: 42,
  price_source: 'trades',
  observation_station: null,
  model_dir: null,
  pilot_dir: null,
  pilot_windows: null,
  pilot_total_test_rows: null,
  ...over,
})
