import { EXIT, KwxError } from '../../base/errors.ts'
import type { Offset } from '../config/production-config.ts'
import type { Design } from './design.ts'
import type { Problem } from './problem.ts'
import { applyScaler, fitScaler, type Scaling } from './scaler.ts'

/** The column that a model with `offset: market` starts from: the log-odds of the market's price. */
export const OFFSET_COLUMN = 'market_logit'

/** The least number with all its digits, 2^-1022. */
const LEAST_SQUARE = 2 ** -1022

/** Rows as a solver takes them. */
export type FitRows = Pick<Problem, 'x' | 'n' | 'p' | 'y' | 'offset'>

/**
 * Index of the offset's column in a design; -1 where there is no offset.
 *
 * @throws KwxError TRAIN_OFFSET_MISSING (exit 2) when the design has no such column, or no other
 */
function offsetColumn(names: readonly string[], offset: Offset): number {
  if (offset !== 'market') return -1
  const at = names.indexOf(OFFSET_COLUMN)
  if (at >= 0 && names.length > 1) return at
  const found = at < 0 ? `has no column ${OFFSET_COLUMN}` : `has only the column ${OFFSET_COLUMN}`
  throw new KwxError(`The configuration says "offset: market", and its feature set ${found}.`, {
    code: 'TRAIN_OFFSET_MISSING',
    exit: EXIT.usage,
    hint: 'Use "feature_set: market_offset", or "offset: none".',
    details: { columns: names },
  })
}

/**
 * How columns are put into units of their spread.
 *
 * Without an offset as `fitScaler`. With one nothing is centred: a column of zeros must leave the price as it is. The
 * scale is then the root mean square, and the offset's own column stays in log-odds.
 */
export function fitScaling(design: Design, rows: Int32Array, offset: Offset): Scaling {
  if (offset !== 'market') return fitScaler(design, rows)
  if (rows.length === 0) throw new RangeError('A scaler needs at least one row.')
  const skip = offsetColumn(design.names, offset)
  const { values, n, names } = design
  const scale = names.map((_, j) => {
    if (j === skip) return 1
    let squares = 0
    for (const row of rows) squares += values[j * n + row]! ** 2
    const square = squares / rows.length
    // Below it a square has lost its digits, or is gone: such values are zeros.
    return square < LEAST_SQUARE ? 1 : Math.sqrt(square)
  })
  return { mean: names.map(() => 0), scale }
}

/**
 * Training rows for the solver.
 *
 * With an offset every row is there twice: as it is, and seen from the other side of the contract, where features,
 * offset and outcome are turned around. Both have the same loss, so the optimum treats YES and NO alike and its
 * intercept is 0: a base rate of few winning days cannot move the price.
 *
 * @param label  0 or 1, of every row of the design
 * @returns n rows, with an offset 2 · rows.length of them; p columns, with an offset one fewer than the design
 */
export function fitRows(
  design: Design,
  label: Uint8Array,
  rows: Int32Array,
  scaling: Scaling,
  offset: Offset,
): FitRows & { readonly offset?: Float64Array } {
  const y = Uint8Array.from(rows, (row) => label[row]!)
  const one = scaledRows(design, rows, scaling, offset)
  const p = design.names.length
  if (one.offset === null) return { x: one.x, n: y.length, p, y }
  return {
    x: both(one.x, (value) => -value),
    n: 2 * y.length,
    p: p - 1,
    y: Uint8Array.from(both(Float64Array.from(y), (outcome) => 1 - outcome)),
    offset: both(one.offset, (value) => -value),
  }
}

/** The values, and after them the values turned around. */
function both(values: Float64Array, turn: (value: number) => number): Float64Array {
  const out = new Float64Array(2 * values.length)
  out.set(values)
  for (let i = 0; i < values.length; i++) out[values.length + i] = turn(values[i]!)
  return out
}

/** Rows once, in units of `scaling`, row-major, without the offset's column; and the offset, null where there is none. */
export function scaledRows(
  design: Design,
  rows: Int32Array,
  scaling: Scaling,
  offset: Offset,
): { x: Float64Array; offset: Float64Array | null } {
  const x = applyScaler(design, rows, scaling)
  const skip = offsetColumn(design.names, offset)
  if (skip < 0) return { x, offset: null }
  const p = design.names.length
  const kept = new Float64Array(rows.length * (p - 1))
  const start = new Float64Array(rows.length)
  for (let i = 0, to = 0; i < rows.length; i++) {
    for (let j = 0; j < p; j++) {
      if (j === skip) start[i] = x[i * p + j]!
      else kept[to++] = x[i * p + j]!
    }
  }
  return { x: kept, offset: start }
}

/** The coefficients of a design's columns from those that were fitted: 1 for the offset's own. */
export function withOffset(fitted: ArrayLike<number>, names: readonly string[], offset: Offset): number[] {
  const skip = offsetColumn(names, offset)
  const all = Array.from(fitted)
  return skip < 0 ? all : all.toSpliced(skip, 0, 1)
}

/** The fitted coefficients of a model's: all but the offset's own. */
export function withoutOffset(coefficients: readonly number[], names: readonly string[], offset: Offset): number[] {
  const skip = offsetColumn(names, offset)
  return skip < 0 ? [...coefficients] : coefficients.toSpliced(skip, 1)
}
