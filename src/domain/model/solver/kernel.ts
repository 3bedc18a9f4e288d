/** Rows in a panel. A panel of 40 columns and its weighted copy stay in a core's nearest caches. */
export const PANEL_ROWS = 128
/** Bytes of one column of a panel. */
export const COLUMN_BYTES = 8 * PANEL_ROWS
/** Columns are padded with zeros to a multiple of this: the Hessian is made of tiles of 3 by 3. */
export const TILE = 3

/** What a pass computes besides margins and losses. */
export const PASS = { loss: 0, gradient: 1, hessian: 2 } as const

/**
 * Where things lie in a kernel's memory, in bytes.
 *
 * A panel holds `PANEL_ROWS` rows of one outcome, column by column: s x_i1 … s x_ip, s with s = +1 for outcome 1 and
 * −1 for 0, so that its product with (β, b), on top of s times the row's offset, is the margin m_i and outcomes are needed nowhere else. Rows that fill up
 * a panel are 0.
 */
export interface Layout {
  readonly panels: number
  /** p + 1 padded to whole tiles. */
  readonly columns: number
  /** 3 columns of scratch: margins of a panel, weighted residuals, weighted curvatures. */
  readonly scratch: number
  /** Weighted copy of one panel. */
  readonly weighted: number
  /** (β, b, 0 …), shape [columns]. */
  readonly beta: number
  /** Gradient of Σ w loss with respect to −(β, b), shape [columns]. */
  readonly gradient: number
  /** Hessian of Σ w loss, lower tiles, row-major, shape [columns, columns]. */
  readonly hessian: number
  /** Per panel: Π σ(|m|) over its rows, Σ max(−m, 0). */
  readonly losses: number
  /** Weight of each row, shape [panels, PANEL_ROWS]. */
  readonly weights: number
  /** Margins of all rows, shape [panels, PANEL_ROWS]; filled by a pass that keeps them. */
  readonly margins: number
  /** s times the offset of each row, shape [panels, PANEL_ROWS]; without offsets one panel of zeros serves all. */
  readonly offsets: number
  readonly hasOffsets: boolean
  readonly x: number
  readonly bytes: number
}

/**
 * @param p  columns without the intercept
 * @param hasOffsets  whether rows have log-odds that are added to the model's
 */
export function layOut(panels: number, p: number, hasOffsets: boolean): Layout {
  const columns = TILE * Math.ceil((p + 1) / TILE)
  let end = 0
  const take = (bytes: number) => {
    const at = end
    end += 64 * Math.ceil(bytes / 64)
    return at
  }
  return {
    panels,
    columns,
    scratch: take(3 * COLUMN_BYTES),
    weighted: take(columns * COLUMN_BYTES),
    beta: take(8 * columns),
    gradient: take(8 * columns),
    hessian: take(8 * columns * columns),
    losses: take(16 * panels),
    weights: take(panels * COLUMN_BYTES),
    margins: take(panels * COLUMN_BYTES),
    offsets: take((hasOffsets ? panels : 1) * COLUMN_BYTES),
    hasOffsets,
    x: take(panels * columns * COLUMN_BYTES),
    bytes: end,
  }
}

/**
 * One pass over panels: margins, logistic loss and, on demand, gradient and Hessian, all in float64.
 *
 * Two kernels exist, of WebAssembly and of TypeScript. They do the same operations in the same order, so their results
 * are equal bit for bit; neither uses a function whose last bit an engine may choose.
 */
export interface Kernel {
  readonly name: 'wasm' | 'script'
  readonly layout: Layout
  readonly memory: ArrayBuffer
  /** Over the panels from `first` to before `end`. Adds to `gradient` and `hessian`, which the caller clears. */
  pass(mode: number, keepMargins: boolean, first: number, end: number): void
}

/** e^x = 2^k (R + r) / (R − r), x = k log 2 + r, R = r coth(r / 2) = 2 + Σ c_j r^2j: c_1 to c_5, relative error < 6e-16. */
export const EXP_SERIES = [1 / 6, -1 / 360, 1 / 15120, -1 / 604800, 1 / 23950080] as const
/** Below it e^x counts as e^EXP_LEAST: far under anything that a sum of losses can show. */
export const EXP_LEAST = -700
export const LOG2_E = Math.LOG2E
/** log 2 in two parts, the first with 21 trailing zero bits so that k times it is exact. */
export const LN2_HIGH = 0.6931471803691238
export const LN2_LOW = 1.9082149292705877e-10
/** Added and taken away again it rounds to an integer k; its last bits then hold k + 1023, the exponent of 2^k. */
export const ROUNDER = 1.5 * 2 ** 52 + 1023
