import { EXIT, KwxError } from '../../base/errors.ts'
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
 * @throws KwxError TRAINING_TOO_LARGE (exit 1) when the mean or the deviation of a column is not a finite number
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
    if (!Number.isFinite(variance)) throw tooLarge(names[j]!, average)
    mean.push(average)
    scale.push(variance <= rounding ? 1 : Math.sqrt(variance))
  }
  return { mean, scale }
}

const tooLarge = (column: string, mean: number) =>
  new KwxError(
    `Feature ${column} cannot be standardised: its mean is ${mean} and its variance is not a finite number; expected values below 1e150 in size.`,
    {
      code: 'TRAINING_TOO_LARGE',
      exit: EXIT.error,
      hint: 'Correct the source of this feature, then build the dataset again with "kwx dataset build --config FILE --force".',
      details: { column },
    },
  )

/** Rows that are written before the next column is read: their place in the result stays in the nearest cache. */
const BLOCK = 64

/**
 * The standardised rows, row-major, shape [rows.length, p].
 *
 * @cost O(rows · p) time and memory
 */
export function applyScaler({ values, n, names }: Design, rows: Int32Array, { mean, scale }: Scaling): Float64Array {
  const p = names.length
  const out = new Float64Array(rows.length * p)
  for (let first = 0; first < rows.length; first += BLOCK) {
    const end = Math.min(first + BLOCK, rows.length)
    for (let j = 0; j < p; j++) {
      const at = j * n
      const center = mean[j]!
      const unit = scale[j]!
      for (let k = first, to = first * p + j; k < end; k++, to += p) out[to] = (values[at + rows[k]!]! - center) / unit
    }
  }
  return out
}
