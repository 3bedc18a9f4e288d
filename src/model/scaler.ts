import type { Design } from './design.ts'

/** Per column: subtract `mean`, divide by `scale`. */
export interface Scaling {
  readonly mean: readonly number[]
  readonly scale: readonly number[]
}

const EPSILON = 2 ** -52

/**
 * Mean and population standard deviation of each column over some rows, as scikit-learn's StandardScaler.
 *
 * Two passes in row order; the second subtracts its own rounding, (Σd² − (Σd)²/n)/n. A column whose variance is within
 * rounding of zero is constant and gets scale 1.
 *
 * @param rows  row indices into the design, at least one
 * @throws RangeError without rows
 * @source Chan, Golub & LeVeque 1983, corrected two-pass; checked against scikit-learn 1.2.1
 * @cost O(rows · p)
 */
export function fitScaler({ values, n, names }: Design, rows: Int32Array): Scaling {
  if (rows.length === 0) throw new RangeError('A scaler needs at least one row.')
  const m = rows.length
  const mean: number[] = []
  const scale: number[] = []
  for (let j = 0; j < names.length; j++) {
    const at = j * n
    let sum = 0
    for (let k = 0; k < m; k++) sum += values[at + rows[k]!]!
    const average = sum / m
    let squares = 0
    let rest = 0
    for (let k = 0; k < m; k++) {
      const d = values[at + rows[k]!]! - average
      squares += d * d
      rest += d
    }
    const variance = (squares - (rest * rest) / m) / m
    const rounding = m * EPSILON * variance + (m * average * EPSILON) ** 2
    mean.push(average)
    scale.push(variance <= rounding ? 1 : Math.sqrt(variance))
  }
  return { mean, scale }
}

/**
 * The standardised rows, row-major, shape [rows.length, p].
 *
 * @cost O(rows · p) time and memory
 */
export function applyScaler({ values, n, names }: Design, rows: Int32Array, { mean, scale }: Scaling): Float64Array {
  const p = names.length
  const out = new Float64Array(rows.length * p)
  for (let j = 0; j < p; j++) {
    const at = j * n
    const center = mean[j]!
    const unit = scale[j]!
    for (let k = 0; k < rows.length; k++) out[k * p + j] = (values[at + rows[k]!]! - center) / unit
  }
  return out
}
