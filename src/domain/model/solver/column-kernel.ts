import { COLUMN_BYTES } from './kernel.ts'

/** Columns that a product takes at a time: lists of columns are filled up to a multiple of it with the column of zeros. */
export const LANES = 4
/** The Hessian is made of tiles of 3 by 3: its lists are filled up to a multiple of this. */
export const CELL = 3

/**
 * Where things lie in a column kernel's memory, in bytes.
 *
 * A panel holds `PANEL_ROWS` rows column by column: those of the design, then one of ones for the intercept, then one of
 * zeros. Rows that fill up the last panel are 0 in every column.
 */
export interface ColumnLayout {
  readonly panels: number
  /** p + 2. */
  readonly columns: number
  /** Of one panel. */
  readonly panelBytes: number
  /** Largest number of columns of a Hessian. */
  readonly widest: number
  /** The columns that a call is about, as byte offsets within a panel: int32, filled up. */
  readonly list: number
  /** One number per entry of the list: taken. */
  readonly factors: number
  /** One number per entry of the list: given. */
  readonly out: number
  /** Row vectors, shape [panels, PANEL_ROWS]: curvatures, margins' change, and two more. */
  readonly curvature: number
  readonly change: number
  readonly product: number
  readonly work: number
  /** Listed columns of one panel, plain and times the curvatures. */
  readonly plain: number
  readonly weighted: number
  /** Hessian of the listed columns, lower tiles, row-major; room for `widest` squared. */
  readonly matrix: number
  readonly x: number
  readonly bytes: number
}

/** Above this many columns no matrix of them is made: its 8 MB would leave a core's caches. */
const WIDEST = 1020

/** @param p  columns without the intercept */
export function layOutColumns(panels: number, p: number): ColumnLayout {
  const columns = p + 2
  const panelBytes = columns * COLUMN_BYTES
  const widest = Math.min(WIDEST, CELL * Math.ceil((p + 1) / CELL))
  let end = 0
  const take = (bytes: number) => {
    const at = end
    end += 64 * Math.ceil(bytes / 64)
    return at
  }
  const entries = columns + LANES
  const rows = panels * COLUMN_BYTES
  return {
    panels,
    columns,
    panelBytes,
    widest,
    list: take(4 * entries),
    factors: take(8 * entries),
    out: take(8 * entries),
    curvature: take(rows),
    change: take(rows),
    product: take(rows),
    work: take(rows),
    plain: take(widest * COLUMN_BYTES),
    weighted: take(widest * COLUMN_BYTES),
    matrix: take(8 * widest * widest),
    x: take(panels * panelBytes),
    bytes: end,
  }
}

/**
 * Products of some columns with row vectors, all in float64.
 *
 * Two kernels exist, of WebAssembly and of TypeScript, with the same operations in the same order: equal bit for bit.
 * `count` is the length of the list, a multiple of `LANES`, or of `CELL` for the Hessian. Row vectors are named by where
 * they lie.
 */
export interface ColumnKernel {
  readonly name: 'wasm' | 'script'
  readonly layout: ColumnLayout
  readonly memory: ArrayBuffer
  /** to = Σ_k factors_k x_k. */
  multiply(count: number, to: number): void
  /** out_k += x_k · from; the caller clears. */
  project(count: number, from: number): void
  /** product = Σ_k factors_k x_k and out_k += x_k · (curvature · product): one pass for both. */
  normal(count: number): void
  /** out_k += Σ_i curvature_i x_ik². */
  squares(count: number): void
  /** out_0 = Σ_i x_i curvature_i change_i for the column at this offset. */
  slope(column: number): void
  /** change += factors_0 x for the column at this offset. */
  move(column: number): void
  /** matrix += X' diag(curvature) X of the listed columns, lower tiles, `count` per row. */
  hessian(count: number): void
}
