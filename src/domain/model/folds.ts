import type { Offset, SearchObjective } from '../config/production-config.ts'
import { brier } from '../scores/brier.ts'
import { logLoss } from '../scores/log-loss.ts'
import type { Design } from './design.ts'
import { type FitRows, fitRows, fitScaling, scaledRows } from './fit-rows.ts'
import { groupFolds } from './group-folds.ts'
import { decisionValues } from './objective.ts'
import { sigmoids } from './probability.ts'

import type { Solution } from './solver/fit.ts'

/** One fold: standardised with the scaler of its own training rows; row-major. */
export interface Fold extends FitRows {
  readonly xTest: Float64Array
  readonly yTest: Uint8Array
  /** Log-odds that the test rows start from; null: 0. */
  readonly offsetTest: Float64Array | null
}

/** The folds of whole event days on which trials are scored. */
export function makeFolds(
  design: Design,
  label: Uint8Array,
  day: Int32Array,
  rows: Int32Array,
  count: number,
  offset: Offset = 'none',
): Fold[] {
  const foldOf = groupFolds(
    rows.map((row) => day[row]!),
    count,
  )
  return Array.from({ length: count }, (_, fold) => makeFold(design, label, rows, foldOf, fold, offset))
}

/** The rows of one fold, standardised by its training rows. */
export function makeFold(
  design: Design,
  label: Uint8Array,
  rows: Int32Array,
  foldOf: Int32Array,
  fold: number,
  offset: Offset = 'none',
): Fold {
  const train = rows.filter((_, k) => foldOf[k] !== fold)
  const test = rows.filter((_, k) => foldOf[k] === fold)
  const scaling = fitScaling(design, train, offset)
  const held = scaledRows(design, test, scaling, offset)
  return {
    ...fitRows(design, label, train, scaling, offset),
    xTest: held.x,
    yTest: Uint8Array.from(test, (row) => label[row]!),
    offsetTest: held.offset,
  }
}

/**
 * Score of a fit on the fold's own test rows, the smaller the better: mean Brier score, or mean log loss in nats with
 * probabilities kept 1e-6 from 0 and 1, as they are delivered.
 */
export function scoreOn(
  { xTest, yTest, offsetTest }: Fold,
  { coefficients, intercept }: Pick<Solution, 'coefficients' | 'intercept'>,
  p: number,
  objective: SearchObjective,
): number {
  const held = { x: xTest, n: yTest.length, p, offset: offsetTest ?? undefined }
  const score = objective === 'brier' ? brier : logLoss
  return score(yTest, sigmoids(decisionValues(held, coefficients, intercept)))
}
