import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { type Artefact, type Column, rowsOf, sha256, writeJson, writeTable } from 'kwx/artefacts'
import type { LoadedConfig, ProductionConfig } from 'kwx/config'
import { logit, OFFSET_COLUMN } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { formatDay, formatInstant, parseDay } from 'kwx/time'

/** A production configuration for tests; four windows of 30 + 5 days. */
export const testConfig: ProductionConfig = {
  city: 'atlantis',
  bracket: 'between',
  feature_set: 'waves',
  train_days: 30,
  test_days: 5,
  step_days: 5,
  embargo_days: 1,
  start_date: '2025-01-01',
  end_date: '2025-02-19',
  penalties: ['elasticnet'],
  offset: 'none',
  trials: 12,
  cv_splits: 3,
  search_space: { C_min: 0.001, C_max: 1000, l1_ratio_min: 0, l1_ratio_max: 1, class_weight: [null, 'balanced'] },
  search: { method: 'trials', startup_trials: 10, C_values: 13, l1_ratio_values: 5, objective: 'log_loss' },
  solver: 'auto',
  calibration: { rule: 'cross-validated', method_large: 'isotonic', method_small: 'sigmoid', threshold: 1000 },
  benchmark: 'mid',
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
  price_source: 'candles',
  observation_station: null,
  model_dir: null,
  pilot_dir: null,
  pilot_windows: null,
  pilot_total_test_rows: null,
}

export interface PilotInputsOptions {
  readonly config?: Partial<ProductionConfig>
  readonly marketsPerDay?: number
  readonly rowsPerMarket?: number
  readonly columns?: number
  /** The outcome of a market; the default is drawn from its features. */
  readonly outcome?: (day: number) => 0 | 1
}

/**
 * Config, features and labels artefacts of an invented city, made from a seed: prices know the outcome a little, the
 * first feature a little more, the rest nothing; a third of the rows has no middle of the book; the last column is constant, the one before equals the first. With
 * `offset: market` the log-odds of the price follow as one more column.
 */
export async function pilotInputs(folder: string, options: PilotInputsOptions = {}): Promise<Record<string, Artefact>> {
  const config = { ...testConfig, ...options.config }
  const { marketsPerDay = 3, rowsPerMarket = 12, columns = 6 } = options
  const random = randomFrom('pilot-inputs')
  const first = parseDay(config.start_date)
  const last = parseDay(config.end_date)
  const n = (last - first + 1) * marketsPerDay * rowsPerMarket
  const market = { codes: new Int32Array(n), values: [] as string[] }
  const event_day = new Int32Array(n)
  const end_minute = new Int32Array(n)
  const market_price = new Float64Array(n)
  const market_middle = new Float64Array(n)
  const names = Array.from({ length: columns }, (_, j) => `wave_${j}`)
  const values = names.map(() => new Float64Array(n))
  const labels: object[] = []
  let row = 0
  for (let day = first; day <= last; day++) {
    const weather = random.normal()
    for (let m = 0; m < marketsPerDay; m++) {
      const ticker = `KXWAVE-${formatDay(day)}-B${m}`
      const edge = weather + random.normal()
      const drawn = edge + random.normal() > 0.8 ? 1 : 0
      const label = options.outcome?.(day) ?? drawn
      labels.push({
        ...{ market: ticker, event: `KXWAVE-${formatDay(day)}`, event_day: formatDay(day), label },
        // Seven hours after the day: before the next day's first row, which trades from the tenth hour of its eve.
        ...{ known_at: formatInstant((day * 1440 + 1440 + 420) * 60_000), known_at_source: 'issued' },
      })
      for (let k = 0; k < rowsPerMarket; k++, row++) {
        market.codes[row] = market.values.length
        event_day[row] = day
        end_minute[row] = day * 1440 - 840 + 60 * k
        market_price[row] = Math.min(99, Math.max(1, Math.round(30 + 15 * (edge + 0.6 * random.normal()))))
        market_middle[row] = k % 3 === 0 ? Number.NaN : market_price[row]! + (k % 3 === 1 ? 0.5 : -0.5)
        for (let j = 0; j < columns; j++) values[j]![row] = j === 0 ? edge + 0.3 * random.normal() : random.normal()
        values[columns - 2]![row] = values[0]![row]!
        values[columns - 1]![row] = 0.1
      }
      market.values.push(ticker)
    }
  }
  if (config.offset === 'market') {
    names.push(OFFSET_COLUMN)
    values.push(market_price.map((cents) => logit(cents / 100)))
  }
  const table = new Map<string, Column>([
    ['market', market],
    ['event_day', event_day],
    ['end_minute', end_minute],
    ['market_price', market_price],
    ['market_last', market_price],
    ['market_middle', market_middle],
    ...names.map((name, j): [string, Column] => [name, values[j]!]),
  ])
  const loaded: LoadedConfig = { name: 'waves_between', file: 'configs/waves_between.yaml', config, origins: {} }
  const about = { city: config.city, bracket: config.bracket, feature_set: config.feature_set }
  return {
    config: await artefact(folder, 'config', (to) => writeJson(join(to, 'config.json'), loaded)),
    features: await artefact(folder, 'features', async (to) => {
      await writeTable(join(to, 'features.parquet'), table)
      await writeJson(join(to, 'features.json'), {
        ...about,
        feature_set_version: '1',
        design: names,
        rows: rowsOf(table),
      })
    }),
    labels: await artefact(folder, 'labels', (to) => writeJson(join(to, 'labels.json'), { ...about, labels })),
  }
}

async function artefact(root: string, kind: string, fill: (folder: string) => Promise<void>): Promise<Artefact> {
  const folder = join(root, kind)
  await mkdir(folder, { recursive: true })
  await fill(folder)
  return { kind, hash: sha256(kind), folder, files: {}, origin: 'simulated' }
}
