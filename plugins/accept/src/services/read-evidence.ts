import { join } from 'node:path'

import { type Artefact, EXIT, KwxError, type Origin } from 'kwx'
import { numbers, readJson, readTable, rowsOf, type Table, text } from 'kwx/artefacts'
import type { Benchmark, LoadedConfig } from 'kwx/config'
import type { CompletenessFile, FeaturesFile, LabelsFile, VerificationFile } from 'kwx/contracts'
import {
  type MarketReadings,
  type MetricsFile,
  type ModelFile,
  marketReadings,
  type PilotFile,
  type PilotWindow,
  parseModelFile,
  predictRows,
  rowsBetween,
  type TrainingRows,
  trainingRows,
} from 'kwx/model'
import { parseDay } from 'kwx/time'

import type { DecisionInputs } from '../decision.ts'

/** Test rows; all arrays have shape [rows]. Labels and market come from the dataset, `p` from the predictions. */
export interface TestRows {
  readonly day: Int32Array
  readonly label: Uint8Array
  /** Codes of the markets in the dataset's dictionary: equal where the market is. */
  readonly ticker: Int32Array
  readonly endMinute: Int32Array
  /** The model's probability of YES. */
  readonly p: Float64Array
  /** The market's by the configuration's benchmark, clipped like the model's. */
  readonly market: Float64Array
  /** The benchmarks, clipped; where a reading is missing the other one stands in, as `benchmarkProbability` says. */
  readonly last: Float64Array
  readonly middle: Float64Array
  readonly halfWay: Float64Array
  /** 1 where the row has that reading itself. */
  readonly hasLast: Uint8Array
  readonly hasMiddle: Uint8Array
}

/** What `predictions.parquet` has of each reading; NaN in `last` and `middle` where there is none. */
type StoredReadings = Readonly<Record<'market' | 'last' | 'middle' | 'halfWay', Float64Array>>

export interface FittedWindow {
  readonly window: PilotWindow
  readonly model: ModelFile
  readonly metrics: MetricsFile
  readonly rows: TestRows
  /** The reloaded model's own probabilities of the same rows, before and after calibration, and its clipped rows. */
  readonly again: { readonly p: Float64Array; readonly uncalibrated: Float64Array; readonly clipped: number }
  /** What `predictions.parquet` says of the rows, to be checked against the dataset. */
  readonly stored: {
    readonly label: Uint8Array
    readonly readings: StoredReadings
    readonly uncalibrated: Float64Array
  }
  /** The same readings made anew from the dataset. */
  readonly readings: MarketReadings
}

export interface Evidence {
  readonly config: LoadedConfig
  readonly features: FeaturesFile
  readonly labels: LabelsFile
  readonly completeness: CompletenessFile
  readonly pilot: PilotFile
  readonly verification: VerificationFile
  readonly origin: Origin
  readonly rowsBuilt: number
  readonly fitted: readonly FittedWindow[]
}

export const INPUTS = ['config', 'features', 'labels', 'completeness', 'pilot', 'verification'] as const
export type Inputs = Readonly<Record<(typeof INPUTS)[number], Artefact>> & DecisionInputs

/**
 * Reads what the report is made from, and joins predictions, features and labels row by row.
 *
 * @throws KwxError ACCEPT_MIXED_ORIGINS, ACCEPT_ORIGIN_UNKNOWN, ACCEPT_ROWS_DIFFER (exit 1)
 * @throws KwxError MODEL_INVALID, MODEL_EDITED (exit 1) for a model that cannot be trusted
 */
export async function readEvidence(inputs: Inputs): Promise<Evidence> {
  const file = (input: (typeof INPUTS)[number], name: string) => join(inputs[input].folder, name)
  const pilot = await readJson<PilotFile>(file('pilot', 'pilot.json'))
  const origin = oneOrigin(inputs)
  const features = await readJson<FeaturesFile>(file('features', 'features.json'))
  const labels = await readJson<LabelsFile>(file('labels', 'labels.json'))
  const table = await readTable(file('features', 'features.parquet'))
  const rows = trainingRows(table, features.design, labels.labels)
  const config = await readJson<LoadedConfig>(file('config', 'config.json'))
  const fitted: FittedWindow[] = []
  for (const window of pilot.windows) {
    if (window.outcome === 'fitted')
      fitted.push(await readWindow(inputs.pilot.folder, window, rows, config.config.benchmark))
  }
  return {
    config,
    features,
    labels,
    completeness: await readJson<CompletenessFile>(file('completeness', 'completeness.json')),
    pilot,
    verification: await readJson<VerificationFile>(file('verification', 'verification.json')),
    origin,
    rowsBuilt: rowsOf(table),
    fitted,
  }
}

/** Rows of different origins in one report would make its figures mean nothing. */
function oneOrigin(inputs: Inputs): Origin {
  const found = Object.entries(inputs).map(([input, { origin }]) => ({ input, origin }))
  const known = found.filter(({ origin }) => origin !== null)
  const origins = [...new Set(known.map(({ origin }) => origin!))]
  if (origins.length === 1) return origins[0]!
  if (origins.length === 0) {
    throw new KwxError('No artefact says whether its rows are real, replayed or simulated.', {
      code: 'ACCEPT_ORIGIN_UNKNOWN',
      exit: EXIT.error,
      hint: 'Run the pipeline again with --force, so that each artefact states the origin of its rows.',
    })
  }
  const list = known.map(({ input, origin }) => `${input} ${origin}`).join(', ')
  throw new KwxError(`Rows of different origins cannot be judged together: ${list}.`, {
    code: 'ACCEPT_MIXED_ORIGINS',
    exit: EXIT.error,
    hint: 'Build, train and verify again from one origin with "kwx run pilot --config FILE --force".',
    details: { origins: known },
  })
}

async function readWindow(
  folder: string,
  window: PilotWindow,
  rows: TrainingRows,
  benchmark: Benchmark,
): Promise<FittedWindow> {
  const own = join(folder, window.window)
  const model = await parseModelFile(await readJson(join(own, 'model.json')), join(own, 'model.json'))
  const predictions = await readTable(join(own, 'predictions.parquet'))
  const test = rowsBetween(rows.day, parseDay(model.test.first_day), parseDay(model.test.last_day))
  assertSameRows(predictions, rows, test, window.window)
  const readings = marketReadings(rows, test, benchmark)
  const { market, last, middle, halfWay } = readings
  const predicted = predictRows(model, designFor(model, rows), test)
  return {
    window,
    model,
    metrics: await readJson<MetricsFile>(join(own, 'metrics.json')),
    rows: {
      day: test.map((row) => rows.day[row]!),
      ticker: test.map((row) => rows.market.codes[row]!),
      endMinute: test.map((row) => rows.endMinute[row]!),
      label: Uint8Array.from(test, (row) => rows.label[row]!),
      p: Float64Array.from(numbers(predictions, 'p_model')),
      market,
      last: last.map((p, k) => (Number.isNaN(p) ? middle[k]! : p)),
      middle: middle.map((p, k) => (Number.isNaN(p) ? last[k]! : p)),
      halfWay,
      hasLast: Uint8Array.from(last, (p) => Number(!Number.isNaN(p))),
      hasMiddle: Uint8Array.from(middle, (p) => Number(!Number.isNaN(p))),
    },
    again: { p: predicted.model, uncalibrated: predicted.uncalibrated, clipped: predicted.clipped },
    stored: {
      label: Uint8Array.from(numbers(predictions, 'label')),
      readings: {
        market: Float64Array.from(numbers(predictions, 'p_market')),
        last: Float64Array.from(numbers(predictions, 'p_last')),
        middle: Float64Array.from(numbers(predictions, 'p_middle')),
        halfWay: Float64Array.from(numbers(predictions, 'p_half_way')),
      },
      uncalibrated: Float64Array.from(numbers(predictions, 'p_uncalibrated')),
    },
    readings,
  }
}

function designFor(model: ModelFile, { design }: TrainingRows) {
  if (model.features.length === design.names.length && model.features.every((name, j) => name === design.names[j])) {
    return design
  }
  throw new KwxError(`The model of ${model.window} reads other features than the dataset has.`, {
    code: 'ACCEPT_ROWS_DIFFER',
    exit: EXIT.error,
    hint: 'Train again on this dataset with "kwx train --config FILE".',
    details: { model: model.features, dataset: design.names },
  })
}

/** The predictions must be those of the dataset's test rows, each of them, in order: model and benchmarks have the same rows. */
function assertSameRows(predictions: Table, rows: TrainingRows, test: Int32Array, window: string): void {
  const market = text(predictions, 'market')
  const day = numbers(predictions, 'event_day')
  const minute = numbers(predictions, 'end_minute')
  let at = rowsOf(predictions) === test.length ? -1 : Math.min(rowsOf(predictions), test.length)
  for (let k = 0; at < 0 && k < test.length; k++) {
    const row = test[k]!
    const same =
      market.values[market.codes[k]!] === rows.market.values[rows.market.codes[row]!] &&
      day[k] === rows.day[row] &&
      minute[k] === rows.endMinute[row]
    if (!same) at = k
  }
  if (at < 0) return
  throw new KwxError(
    `The ${rowsOf(predictions)} predictions of ${window} are not of the ${test.length} test rows of the dataset, which the benchmarks are made of; they part at row ${at}.`,
    {
      code: 'ACCEPT_ROWS_DIFFER',
      exit: EXIT.error,
      hint: 'Train again on this dataset with "kwx train --config FILE".',
      details: { window, row: at, predictions: rowsOf(predictions), dataset: test.length },
    },
  )
}

/**
 * The test rows of all windows as one set, window after window.
 *
 * Windows that step by less than they test share days: such a row was predicted twice and counts twice, as it does in
 * the windows' own figures; the bootstrap draws its day once, whole.
 */
export function poolRows(fitted: readonly FittedWindow[]): TestRows {
  const all = fitted.map(({ rows }) => rows)
  const n = all.reduce((sum, { label }) => sum + label.length, 0)
  const pooled = {
    day: new Int32Array(n),
    label: new Uint8Array(n),
    ticker: new Int32Array(n),
    endMinute: new Int32Array(n),
    p: new Float64Array(n),
    market: new Float64Array(n),
    last: new Float64Array(n),
    middle: new Float64Array(n),
    halfWay: new Float64Array(n),
    hasLast: new Uint8Array(n),
    hasMiddle: new Uint8Array(n),
  } satisfies TestRows
  let at = 0
  for (const rows of all) {
    for (const name of Object.keys(pooled) as (keyof TestRows)[]) pooled[name].set(rows[name], at)
    at += rows.label.length
  }
  return pooled
}
