import { basename } from 'node:path'

import type { MeanInterval } from 'kwx/contracts'
import { lossDifferences, marketHourDifference } from 'kwx/scores'

import type { Decision } from '../decision.ts'
import { whyNotEnough } from '../gates/enough-evidence.ts'
import type { Evaluations, RowScores, ValidationSummary, WindowRow } from '../reports.ts'
import { dieboldMarianoOf, differenceOf } from './compare.ts'
import { decisionSummary } from './decision-summary.ts'
import { accuracy, meanStd, orNull, overWindows, scoresOf } from './figures.ts'
import type { Evidence, FittedWindow } from './read-evidence.ts'
import { poolRows } from './read-evidence.ts'
import { scoreParts } from './score-parts.ts'
import { keysOf, skillParts } from './skill.ts'

/**
 * File 01: every figure from the predictions, the prices of the dataset and the sealed labels.
 *
 * @param options.modelsFolder  setting `directories.models`; only its name enters, so that bytes do not depend on the machine
 * @param options.standardOffset  of the city, minutes east of UTC
 */
export function validationSummary(
  evidence: Evidence,
  decision: Decision,
  {
    phase,
    modelsFolder,
    pilotHash,
    evaluations,
    standardOffset,
  }: {
    phase: string
    modelsFolder: string
    pilotHash: string
    evaluations: Evaluations
    standardOffset: number
  },
): ValidationSummary {
  const { pilot, features, labels, config, fitted } = evidence
  const { seed } = config.config
  const pooled = poolRows(fitted)
  const windows = pilot.windows.map((window): WindowRow => {
    const found = fitted.find((one) => one.window === window)
    return found
      ? fittedRow(found, seed)
      : { ...NO_FIT, ...window, n_test_days: 0, market: NO_SCORES, difference: NO_DIFFERENCE }
  })
  const scored = windows.filter(({ outcome }) => outcome === 'fitted')
  const nonzero = meanStd(scored.map(({ n_nonzero_coef }) => n_nonzero_coef!))
  const penalties = [...new Set(scored.map(({ penalty }) => penalty!))].sort()
  const markets = (source: string) => labels.labels.filter((label) => label.source === source).length
  const extent = {
    n_windows: fitted.length,
    n_windows_planned: pilot.windows.length,
    total_test_rows: pooled.label.length,
    total_test_days: new Set(pooled.day).size,
    yes_rows: pooled.label.reduce((sum, label) => sum + label, 0),
  }
  return {
    phase,
    city: pilot.city,
    bracket: pilot.bracket,
    feature_set: pilot.feature_set,
    origin: evidence.origin,
    price_source: features.price_source,
    weather: { station: features.observation_station, proxy: features.proxy },
    labels: {
      exchange: markets('exchange'),
      derived: markets('derived'),
      quarantined: labels.labels.filter(({ quarantine }) => quarantine !== null).length,
    },
    ...extent,
    metrics: overWindows(scored),
    market: overWindows(scored.map(({ market }) => market)),
    pooled: {
      model: { ...scoresOf(pooled.label, pooled.p), accuracy: accuracy(pooled.label, pooled.p) },
      market: { ...scoresOf(pooled.label, pooled.market), accuracy: accuracy(pooled.label, pooled.market) },
    },
    decomposition: {
      method: 'CORP: isotonic recalibration',
      model: scoreParts(pooled.label, pooled.p),
      market: scoreParts(pooled.label, pooled.market),
    },
    difference: differenceOf(pooled, seed),
    diebold_mariano: dieboldMarianoOf(pooled),
    ...skillParts(pooled, config.config, { lacking: whyNotEnough(extent), standardOffset }),
    evaluations,
    model_sparsity: { nonzero_coef_mean: nonzero.mean, nonzero_coef_std: nonzero.std },
    penalty: penalties.length > 0 ? penalties.join('+') : null,
    pilot_dir: `${basename(modelsFolder)}/pilots/${pilot.city}/${pilot.bracket}/${pilot.name}`,
    pilot: pilotHash,
    decision: decisionSummary(decision, config.file),
    windows,
  }
}

const NO_SCORES: RowScores = { log_loss: null, brier: null, ece: null }
const NO_DIFFERENCE: MeanInterval = { mean: null, low: null, high: null, reason: 'The window was not fitted.' }
const NO_FIT = { ...NO_SCORES, n_nonzero_coef: null, penalty: null, calibration: null, clipped_share: null }

function fittedRow({ window, model, rows, again }: FittedWindow, seed: number): WindowRow {
  return {
    window: window.window,
    outcome: 'fitted',
    reason: '',
    n_train: model.training.rows,
    n_calibration: model.calibration.rows,
    n_test: rows.label.length,
    n_test_days: new Set(rows.day).size,
    ...scoresOf(rows.label, rows.p),
    n_nonzero_coef: model.coefficients.filter((beta) => beta !== 0).length,
    penalty: model.hyper_parameters.penalty,
    calibration: model.calibrator.method,
    clipped_share: orNull(again.clipped / rows.label.length),
    market: scoresOf(rows.label, rows.market),
    difference: marketHourDifference(keysOf(rows), lossDifferences(rows.label, rows.p, rows.market), seed),
  }
}
