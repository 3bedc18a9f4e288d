import { join } from 'node:path'

import { readJson } from 'kwx/artefacts'
import type { Ablation } from 'kwx/contracts'
import { type ModelFile, type PilotFile, parseModelFile, predictRows, rowsBetween, type TrainingRows } from 'kwx/model'
import { dayBlockBootstrap, LOG_LOSS_CLIP } from 'kwx/scores'
import { parseDay } from 'kwx/time'

/** What is done, in words that a reader of the report sees. */
export const METHOD =
  'Mean substitution without refitting: the columns are held at their training mean, which is to set their coefficients to 0; all other coefficients and the calibrator stay, and the test rows are scored again.'

const LEVEL = 0.95

/** The fitted models of a pilot with their test rows. */
export interface TestedModel {
  readonly model: ModelFile
  readonly test: Int32Array
}

/** @throws KwxError MODEL_INVALID, MODEL_EDITED (exit 1) */
export async function testedModels(folder: string, pilot: PilotFile, rows: TrainingRows): Promise<TestedModel[]> {
  const fitted: TestedModel[] = []
  for (const { window, outcome } of pilot.windows) {
    if (outcome !== 'fitted') continue
    const file = join(folder, window, 'model.json')
    const model = await parseModelFile(await readJson(file), file)
    fitted.push({ model, test: rowsBetween(rows.day, parseDay(model.test.first_day), parseDay(model.test.last_day)) })
  }
  return fitted
}

/**
 * What the delivered models lose on their test rows when some columns are held at their training mean.
 *
 * @param columns  of the design; those that a model does not have are left alone
 * @param seed  of the interval
 */
export function ablate(
  models: readonly TestedModel[],
  rows: TrainingRows,
  columns: readonly string[],
  seed: string,
): Ablation {
  const wanted = new Set(columns)
  const days: number[] = []
  const losses: [as: number, without: number][] = []
  let using = 0
  for (const { model, test } of models) {
    const coefficients = model.coefficients.map((beta, j) => (wanted.has(model.features[j]!) ? 0 : beta))
    if (coefficients.some((beta, j) => beta !== model.coefficients[j])) using++
    const as = predictRows(model, rows.design, test).model
    const without = predictRows({ ...model, coefficients }, rows.design, test).model
    test.forEach((row, k) => {
      days.push(rows.day[row]!)
      losses.push([lossOf(rows.label[row]!, as[k]!), lossOf(rows.label[row]!, without[k]!)])
    })
  }
  const about = {
    columns: [...columns],
    level: LEVEL,
    windows_using: using,
    windows: models.length,
    rows: losses.length,
  }
  const none = { log_loss: null, log_loss_without: null, difference: null, low: null, high: null, days: 0 }
  if (columns.length === 0)
    return { ...about, ...none, reason: 'The feature set reads no dew point, humidity or wind.' }
  if (losses.length === 0) return { ...about, ...none, reason: 'No window was fitted, so there are no test rows.' }
  const difference = losses.map(([as, without]) => without - as)
  const { mean, low, high, days: blocks } = dayBlockBootstrap(days, difference, { seed, level: LEVEL })
  const meanOf = (pick: 0 | 1) => losses.reduce((sum, pair) => sum + pair[pick], 0) / losses.length
  return {
    ...about,
    log_loss: meanOf(0),
    log_loss_without: meanOf(1),
    difference: mean,
    low: blocks < 2 ? null : low,
    high: blocks < 2 ? null : high,
    days: blocks,
    reason: blocks < 2 ? 'One test day says nothing about spread.' : null,
  }
}

function lossOf(label: number, p: number): number {
  const clipped = Math.min(1 - LOG_LOSS_CLIP, Math.max(LOG_LOSS_CLIP, p))
  return -Math.log(label === 1 ? clipped : 1 - clipped)
}
