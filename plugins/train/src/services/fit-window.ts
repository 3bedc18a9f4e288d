import type { ProductionConfig } from 'kwx/config'
import {
  CLIP,
  calibrate,
  type Design,
  daysBetween,
  fit,
  fitRows,
  fitScaling,
  type ModelFile,
  modelId,
  type ParametersFile,
  predictRows,
  rowsOfDays,
  rowWeights,
  splitTrainingDays,
  withOffset,
} from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { formatDay, type Window } from 'kwx/time'
import { search } from './search/search.ts'
import { whyNotEnough } from './why-not-enough.ts'

/** Everything that a window's result depends on; typed arrays lie in shared memory. */
export interface WindowTask {
  readonly window: Window
  readonly design: Design
  /** 0 or 1, shape [n]. */
  readonly label: Uint8Array
  /** Event day of each row, shape [n]. */
  readonly day: Int32Array
  readonly config: ProductionConfig
  /** Parts of the model file that the fit does not decide. */
  readonly about: Pick<ModelFile, 'feature_set_version' | 'data' | 'kwx'>
}

/** What a window gives: JSON, so that it can be stored as a finished unit. */
export type WindowResult =
  | { readonly outcome: 'fitted'; readonly model: ModelFile; readonly parameters: ParametersFile }
  | { readonly outcome: 'not-enough-evidence'; readonly reason: string; readonly rows: number }

/**
 * Searches, fits and calibrates one walk-forward window.
 *
 * The calibration days are drawn first and hidden from the search as well as from the coefficients: hyper-parameters
 * chosen on them would leak into the calibrator. The last `embargo_days` of the span are left out of all three: when the
 * first test day begins to trade, nobody knows their outcomes.
 */
export function fitWindow({ window, design, label, day, config, about }: WindowTask): WindowResult {
  const seed = `${config.seed}/${window.name}`
  const trainingDays = daysBetween(day, window.firstTrainDay, window.lastTrainDay - config.embargo_days)
  const testDays = daysBetween(day, window.firstTestDay, window.lastTestDay)
  const { base, calibration } = splitTrainingDays(trainingDays, seed, config.offset)
  const baseRows = rowsOfDays(day, base)
  const heldRows = rowsOfDays(day, calibration)
  const lacking = whyNotEnough({ label, day, rows: baseRows, days: base.length, testDays: testDays.length, config })
  if (lacking) return { outcome: 'not-enough-evidence', reason: lacking, rows: baseRows.length }

  const { trials, chosen } = search(design, label, day, baseRows, config, randomFrom(`${seed}/search`))
  const { penalty, C, l1_ratio, class_weight } = trials[chosen]!

  const scaling = fitScaling(design, baseRows, config.offset)
  const given = fitRows(design, label, baseRows, scaling, config.offset)
  const problem = { ...given, weight: rowWeights(given.y, class_weight), C, l1Ratio: l1_ratio }
  const optimum = fit(problem, { solver: config.solver, tol: 'tight' })
  const fitted = withOffset(optimum.coefficients, design.names, config.offset)
  const coefficients = fitted.map((beta) => beta + 0) // + 0: JSON has no -0
  // Rows from both sides of the contract have the intercept 0; what a solver leaves there is rounding.
  const intercept = config.offset === 'market' ? 0 : optimum.intercept + 0

  const linear = { scaling, coefficients, intercept, clip: CLIP }
  const held = predictRows({ ...linear, calibrator: { method: 'none' } }, design, heldRows)
  const heldLabel = Uint8Array.from(heldRows, (row) => label[row]!)
  const heldOut = { decision: held.decision, label: heldLabel, day: heldRows.map((row) => day[row]!) }
  const { calibrator, reason } = calibrate(heldOut, config.calibration)

  const content: Omit<ModelFile, 'id'> = {
    schema: 'kwx/model@1',
    city: config.city,
    bracket: config.bracket,
    feature_set: config.feature_set,
    feature_set_version: about.feature_set_version,
    window: window.name,
    features: design.names,
    ...(config.embargo_days > 0 && { embargo_days: config.embargo_days }),
    ...(config.offset === 'market' && { offset: config.offset }),
    ...linear,
    calibrator,
    calibration: { reason, rows: heldRows.length, days: calibration.map(formatDay) },
    hyper_parameters: { penalty, C, l1_ratio, class_weight },
    certificate: optimum.certificate,
    training: {
      first_day: formatDay(window.firstTrainDay),
      last_day: formatDay(window.lastTrainDay),
      days: base.map(formatDay),
      rows: baseRows.length,
      positives: baseRows.reduce((sum, row) => sum + label[row]!, 0),
    },
    test: { first_day: formatDay(window.firstTestDay), last_day: formatDay(window.lastTestDay) },
    data: about.data,
    seed: config.seed,
    kwx: about.kwx,
  }
  const parameters: ParametersFile = {
    window: window.name,
    method: config.search.method,
    objective: config.search.objective,
    seed: `${seed}/search`,
    folds: config.cv_splits,
    search_days: base.map(formatDay),
    trials,
    chosen,
  }
  return { outcome: 'fitted', model: { ...content, id: modelId(content) }, parameters }
}
