import { rowsOf, type Table } from '../../base/table/table.ts'
import { applyCalibrator } from './calibrator.ts'
import { type Design, designOf } from './design.ts'
import type { ModelFile } from './model-file.ts'
import { clipProbability, sigmoid } from './probability.ts'

/** What a model says of rows; all arrays have shape [rows]. */
interface Predictions {
  /** Log-odds before calibration. */
  readonly decision: Float64Array
  /** Calibrated and clipped: the model's probability of YES. */
  readonly model: Float64Array
  /** Of the decision value alone, clipped. */
  readonly uncalibrated: Float64Array
  /** Rows whose calibrated probability had to be moved into the clip. */
  readonly clipped: number
}

/** The parts of a model that predict. */
type Predictor = Pick<ModelFile, 'scaling' | 'coefficients' | 'intercept' | 'calibrator' | 'clip'>

/**
 * Predicts every row of a table that holds the model's features as columns.
 *
 * Equal inputs give equal bits: the sum runs over the features in order and in one way only.
 *
 * @throws RangeError when a feature has no column
 */
export function predict(model: Predictor & Pick<ModelFile, 'features'>, table: Table): Predictions {
  return predictRows(
    model,
    designOf(table, model.features),
    Int32Array.from({ length: rowsOf(table) }, (_, i) => i),
  )
}

/** The same for some rows of a design whose columns are the model's features in order. */
export function predictRows(model: Predictor, { values, n }: Design, rows: Int32Array): Predictions {
  const { coefficients, intercept, calibrator, clip } = model
  const { mean, scale } = model.scaling
  const decision = new Float64Array(rows.length).fill(intercept)
  for (let j = 0; j < coefficients.length; j++) {
    const beta = coefficients[j]!
    if (beta === 0) continue
    const [at, center, unit] = [j * n, mean[j]!, scale[j]!]
    for (let k = 0; k < rows.length; k++) decision[k]! += ((values[at + rows[k]!]! - center) / unit) * beta
  }
  const calibrated = new Float64Array(rows.length)
  const uncalibrated = new Float64Array(rows.length)
  let clipped = 0
  for (let k = 0; k < rows.length; k++) {
    const raw = applyCalibrator(calibrator, decision[k]!)
    const p = clipProbability(raw, clip)
    if (p !== raw) clipped++
    calibrated[k] = p
    uncalibrated[k] = clipProbability(sigmoid(decision[k]!), clip)
  }
  return { decision, model: calibrated, uncalibrated, clipped }
}
