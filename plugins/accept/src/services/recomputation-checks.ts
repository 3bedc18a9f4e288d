import type { Scores } from 'kwx/model'

import type { Check, RowScores } from '../reports.ts'
import { scoresOf } from './figures.ts'
import { check, differing } from './model-checks.ts'
import type { Evidence, FittedWindow } from './read-evidence.ts'

/** Sums taken in another order differ by less than this; a changed digit that anybody could read differs by more. */
const TOLERANCE = 1e-12

const READINGS = ['market', 'last', 'middle', 'halfWay'] as const

/** Holds what the pilot says of itself against the same figures made anew from predictions, prices and labels. */
export function recomputationChecks({ fitted }: Evidence): Check[] {
  return [
    check(
      'predictions-match-dataset',
      fitted.map(({ window, rows, stored, readings }) => ({
        window: window.window,
        rows: rows.label.length,
        differing_labels: differing(stored.label, rows.label),
        differing_prices: READINGS.reduce((sum, name) => sum + differing(stored.readings[name], readings[name]), 0),
      })),
      ({ differing_labels, differing_prices }) => differing_labels + differing_prices === 0,
      'the predictions hold the sealed labels and every reading of the market at their rows',
    ),
    check(
      'metrics-recomputed',
      fitted.map((window) => ({ window: window.window.window, differing_figures: wrongFigures(window) })),
      ({ differing_figures }) => differing_figures.length === 0,
      'the stated figures are those that the predictions give',
    ),
    check(
      'counts-recomputed',
      fitted.map(({ window, model, rows }) => ({
        window: window.window,
        stated: [window.n_train, window.n_calibration, window.n_test],
        found: [model.training.rows, model.calibration.rows, rows.label.length],
      })),
      ({ stated, found }) => stated.join() === found.join(),
      'the stated counts are the rows of training, calibration and test',
    ),
  ]
}

/** Names of the figures of `metrics.json` that are not what the rows give. */
function wrongFigures({ metrics, model, rows, again }: FittedWindow): string[] {
  const { label, day, p, market } = rows
  const n = label.length
  const of = (kind: string, stated: Scores | undefined, found: RowScores) =>
    (['log_loss', 'brier', 'ece'] as const).map((score) => [`${kind}.${score}`, stated?.[score], found[score]] as const)
  const figures: (readonly [string, number | undefined, number | null])[] = [
    ['rows', metrics.rows, n],
    ['days', metrics.days, new Set(day).size],
    ['yes_share', metrics.yes_share, label.reduce((sum, y) => sum + y, 0) / n],
    ['clipped_share', metrics.clipped_share, again.clipped / n],
    ['nonzero_coefficients', metrics.nonzero_coefficients, model.coefficients.filter((beta) => beta !== 0).length],
    ...of('model', metrics.model, scoresOf(label, p)),
    ...of('uncalibrated', metrics.uncalibrated, scoresOf(label, again.uncalibrated)),
    ...of('market', metrics.market, scoresOf(label, market)),
  ]
  return figures
    .filter(([, stated, found]) => !(Math.abs((stated ?? Number.NaN) - (found ?? Number.NaN)) <= TOLERANCE))
    .map(([name]) => name)
}
