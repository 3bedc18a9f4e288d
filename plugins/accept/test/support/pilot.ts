import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Column, sha256, type Table, writeJson, writeTable } from 'kwx/artefacts'
import { type ModelFile, marketReadings, modelId, predictRows } from 'kwx/model'
import { formatDay, parseDay } from 'kwx/time'
import { formatDayCompact } from '../../../../src/base/time/days.ts'

import { judgePredictions } from '../../../../src/domain/model/judge-predictions.ts'
import type { Origin } from '../../../../src/domain/origin.ts'
import type { Artefact } from '../../../../src/framework/step.ts'
import type { Inputs } from '../../src/services/read-evidence.ts'

/** One test row of a made-up pilot: one market of its own. */
export interface MadeRow {
  readonly label: 0 | 1
  /** The model's probability. */
  readonly p: number
  /** The market's, in cents. */
  readonly price: number
  /** The middle of the market's sides, in cents; absent: there is none. */
  readonly middle?: number
}

export interface MadePilot {
  /** Rows of each test day, window after window: `windows[w][d]`. Null: a window that could not be fitted. */
  readonly windows: readonly (readonly (readonly MadeRow[])[] | null)[]
  readonly city?: string
  readonly origins?: Partial<Record<keyof Inputs, Origin>>
  readonly verification?: object
  readonly gate?: object
  readonly config?: object
}

const START = parseDay('2025-01-01')
const TRAIN = 10
const clear = { sources: [], minute_rows: 0, gated_rows: 0, values_hidden: 0, filled_days: [], unused_rows: 0 }
const NO_GATE = {
  status: 'not-applicable',
  sentence: 'No source of this city is gated.',
  rows_checked: 0,
  rows_exposed: 0,
  rows_violating: 0,
  ...clear,
}

/** Writes the six inputs of accept:report into a temporary folder. Training rows are not there: nobody reads them. */
export async function madePilot(made: MadePilot): Promise<Inputs> {
  const root = await mkdtemp(join(tmpdir(), 'kwx-accept-'))
  const city = made.city ?? 'chicago'
  const testDays = made.windows.find((days) => days !== null)?.length ?? 7
  const rows = made.windows.flatMap((days, w) =>
    (days ?? []).flatMap((list, d) => list.map((row, r) => ({ ...row, day: START + TRAIN + w * testDays + d, r }))),
  )
  const tickers = rows.map(({ day, r }) => `KXHIGH-${formatDayCompact(day)}-B${String(r).padStart(4, '0')}`)
  const table: Table = new Map<string, Column>([
    ['market', { codes: Int32Array.from(rows, (_, i) => i), values: tickers }],
    ['event_day', Int32Array.from(rows, ({ day }) => day)],
    ['end_minute', Int32Array.from(rows, ({ day }) => day * 1440 + 1000)],
    ['market_price', Float64Array.from(rows, ({ price }) => price)],
    ['market_last', Float64Array.from(rows, ({ price }) => price)],
    ['market_middle', Float64Array.from(rows, ({ middle }) => middle ?? Number.NaN)],
    ['yes_mid', Float64Array.from(rows, ({ p }) => Math.log(p / (1 - p)))],
  ])
  const folder = async (kind: keyof Inputs): Promise<string> => {
    await mkdir(join(root, kind))
    return join(root, kind)
  }
  const artefact = (kind: keyof Inputs, hasRows: boolean): Artefact => ({
    kind,
    hash: sha256(kind),
    folder: join(root, kind),
    files: {},
    origin: made.origins?.[kind] ?? (hasRows ? 'simulated' : null),
  })

  await writeJson(
    join(await folder('config'), 'config.json'),
    configOf(city, made.windows.length, testDays, made.config),
  )
  await folder('features')
  await writeTable(join(root, 'features', 'features.parquet'), table)
  await writeJson(join(root, 'features', 'features.json'), {
    ...{ city, bracket: 'between', feature_set: 'baseline', feature_set_version: '1', price_source: 'trades' },
    ...{ observation_station: 'KORD', proxy: true, features: [], design: ['yes_mid'], rows: rows.length },
  })
  await writeJson(join(await folder('labels'), 'labels.json'), {
    city,
    bracket: 'between',
    labels: rows.map(({ label }, i) => ({ market: tickers[i], label, source: 'exchange', quarantine: null })),
  })
  await writeJson(join(await folder('completeness'), 'completeness.json'), { gate: { ...NO_GATE, ...made.gate } })
  await writeJson(join(await folder('verification'), 'verification.json'), made.verification ?? VERIFIED)
  await folder('pilot')
  const pilot = {
    name: 'made_up',
    city,
    bracket: 'between',
    feature_set: 'baseline',
  }
  const windows = []
  for (const [w, days] of made.windows.entries())
    windows.push(await writeWindow(join(root, 'pilot'), city, w, testDays, days, table))
  await writeJson(join(root, 'pilot', 'pilot.json'), { ...pilot, windows })
  return {
    config: artefact('config', false),
    features: artefact('features', true),
    labels: artefact('labels', true),
    completeness: artefact('completeness', true),
    pilot: artefact('pilot', true),
    verification: artefact('verification', false),
  }
}

const VERIFIED = {
  passed: true,
  checks: [{ window: 'pilot', check: 'kkt', passed: true, value: 0, threshold: 0, sentence: 'Fine.' }],
}

async function writeWindow(
  root: string,
  city: string,
  w: number,
  testDays: number,
  days: MadePilot['windows'][number],
  table: Table,
) {
  const first = START + w * testDays
  const [firstTest, lastTest] = [first + TRAIN, first + TRAIN + testDays - 1]
  const window = `win_${formatDayCompact(first)}_${formatDayCompact(lastTest)}`
  const counts = { n_train: 50, n_calibration: 0, n_test: days?.flat().length ?? 0 }
  if (!days) return { window, outcome: 'not-enough-evidence', reason: 'One class only.', ...counts }
  const content: Omit<ModelFile, 'id'> = {
    ...{ schema: 'kwx/model@1', city, bracket: 'between', feature_set: 'baseline', feature_set_version: '1', window },
    ...{ features: ['yes_mid'], scaling: { mean: [0], scale: [1] }, coefficients: [1], intercept: 0 },
    ...{
      calibrator: { method: 'none' },
      calibration: { reason: 'made up', rows: 0, days: [] },
      clip: [1e-6, 1 - 1e-6],
    },
    hyper_parameters: { penalty: 'elasticnet', C: 1, l1_ratio: 0.5, class_weight: null },
    certificate: { solver: 'made up', objective: 1, kkt: 0, relativeGap: 0, iterations: 1, converged: true },
    training: {
      ...{ first_day: formatDay(first), last_day: formatDay(firstTest - 1), rows: 50, positives: 10 },
      days: Array.from({ length: TRAIN }, (_, k) => formatDay(first + k)),
    },
    test: { first_day: formatDay(firstTest), last_day: formatDay(lastTest) },
    data: { features: sha256('features'), labels: sha256('labels') },
    ...{ seed: 7, kwx: '0.1.0' },
  }
  const model: ModelFile = { ...content, id: modelId(content) }
  const day = table.get('event_day') as Int32Array
  const test = Int32Array.from([...day.keys()].filter((i) => day[i]! >= firstTest && day[i]! <= lastTest))
  const values = table.get('yes_mid') as Float64Array
  const { model: p, uncalibrated, clipped } = predictRows(model, { names: ['yes_mid'], n: values.length, values }, test)
  const label = Uint8Array.from(days.flat(), (row) => row.label)
  const columns = {
    last: table.get('market_last') as Float64Array,
    middle: table.get('market_middle') as Float64Array,
    market: table.get('market') as { codes: Int32Array; values: string[] },
  }
  const { market, last, middle, halfWay } = marketReadings(columns, test, 'half-way')
  const testDay = test.map((i) => day[i]!)
  const own = join(root, window)
  await mkdir(own)
  await writeJson(join(own, 'model.json'), model)
  await writeJson(join(own, 'parameters.json'), {})
  await writeJson(join(own, 'metrics.json'), {
    window,
    ...judgePredictions({ day: testDay, label, model: p, uncalibrated, market }),
    clipped_share: clipped / label.length,
    nonzero_coefficients: 1,
  })
  const { codes, values: names } = table.get('market') as { codes: Int32Array; values: string[] }
  await writeTable(
    join(own, 'predictions.parquet'),
    new Map<string, Column>([
      ['market', { codes: test.map((i) => codes[i]!), values: names }],
      ['event_day', testDay],
      ['end_minute', test.map((i) => day[i]! * 1440 + 1000)],
      ['label', label],
      ['p_model', p],
      ['p_uncalibrated', uncalibrated],
      ['p_market', market],
      ['p_last', last],
      ['p_middle', middle],
      ['p_half_way', halfWay],
    ]),
  )
  return { window, outcome: 'fitted', reason: '', ...counts }
}

function configOf(city: string, windows: number, testDays: number, changes: object = {}) {
  const end_date = formatDay(START + TRAIN + windows * testDays - 1)
  const config = {
    ...{
      city,
      bracket: 'between',
      feature_set: 'baseline',
      train_days: TRAIN,
      test_days: testDays,
      step_days: testDays,
    },
    ...{ start_date: formatDay(START), end_date, penalties: ['elasticnet'], trials: 5, cv_splits: 2 },
    search_space: { C_min: 0.001, C_max: 1000, l1_ratio_min: 0, l1_ratio_max: 1, class_weight: [null, 'balanced'] },
    search: { method: 'trials', startup_trials: 10, C_values: 13, l1_ratio_values: 5 },
    solver: 'auto',
    calibration: { method_large: 'isotonic', method_small: 'sigmoid', threshold: 1000 },
    ...{ benchmark: 'half-way', gates: { min_effect: 0.0005 } },
    blend_weight: 0.7,
    risk: {
      ...{ kelly_alpha: 0.25, max_spread_cents: 3, tau_open_cents: 1, tau_close_cents: 0.5 },
      ...{ slip_per_leg_cents: 1, max_bankroll_pct_city_day_side: 0.1 },
      ...{ max_bankroll_pct_total: 0.5, max_daily_loss_pct: 0.05 },
    },
    ...{ use_vc_minutes: true, excluded_vc_cities: ['nyc'], seed: 42, price_source: 'trades' },
    ...{
      observation_station: null,
      model_dir: null,
      pilot_dir: null,
      pilot_windows: null,
      pilot_total_test_rows: null,
    },
    ...changes,
  }
  const origins = Object.fromEntries(
    Object.keys(config).map((key, i) => [key, i < 3 ? `made_up.yaml:${i + 1}:1` : 'default']),
  )
  return { name: 'made_up', file: 'configs/made_up.yaml', config, origins }
}

/** `n` rows of one probability, of which `yes` settled YES. */
export const rowsAt = (p: number, price: number, n: number, yes: number): MadeRow[] =>
  Array.from({ length: n }, (_, i) => ({ p, price, label: i < yes ? 1 : 0 }))

/** A week of days that are all alike. */
export const week = (day: readonly MadeRow[], days = 7): (readonly MadeRow[])[] =>
  Array.from({ length: days }, () => day)
