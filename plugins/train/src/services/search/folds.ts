import { applyScaler, type Design, fitScaler, groupFolds, sigmoid } from 'kwx/model'
import { brier } from 'kwx/scores'

import type { Solution } from '../../solver/fit.ts'

/** One fold: standardised with the scaler of its own training rows; row-major. */
export interface Fold {
  readonly x: Float64Array
  readonly y: Uint8Array
  readonly xTest: Float64Array
  readonly yTest: Uint8Array
}

/** The folds of whole event days on which trials are scored. */
export function makeFolds(design: Design, label: Uint8Array, day: Int32Array, rows: Int32Array, count: number): Fold[] {
  const foldOf = groupFolds(
    rows.map((row) => day[row]!),
    count,
  )
  return Array.from({ length: count }, (_, fold) => makeFold(design, label, rows, foldOf, fold))
}

/** The rows of one fold, standardised by its training rows. */
export function makeFold(design: Design, label: Uint8Array, rows: Int32Array, foldOf: Int32Array, fold: number): Fold {
  const train = rows.filter((_, k) => foldOf[k] !== fold)
  const test = rows.filter((_, k) => foldOf[k] === fold)
  const scaling = fitScaler(design, train)
  return {
    x: applyScaler(design, train, scaling),
    y: Uint8Array.from(train, (row) => label[row]!),
    xTest: applyScaler(design, test, scaling),
    yTest: Uint8Array.from(test, (row) => label[row]!),
  }
}

/** Brier score of a fit on the fold's own test rows. */
export function scoreOn(
  { xTest, yTest }: Fold,
  { coefficients, intercept }: Pick<Solution, 'coefficients' | 'intercept'>,
  p: number,
): number {
  const probability = new Float64Array(yTest.length)
  for (let i = 0; i < yTest.length; i++) {
    let z = intercept
    for (let j = 0; j < p; j++) z += xTest[i * p + j]! * coefficients[j]!
    probability[i] = sigmoid(z)
  }
  return brier(yTest, probability)
}
