import { PANEL_ROWS } from './kernel.ts'

/** Rows that can be laid out in panels, wherever their values lie. */
export interface RowSource {
  readonly n: number
  readonly p: number
  /** Columns with a value that is not 0; one is read until the first such value. */
  columnsInUse(): number[]
  /**
   * Writes up to `PANEL_ROWS` rows into a panel, column by column, times their sign.
   *
   * @param to  the panel
   * @param rows  which rows, 0 to n − 1
   * @param columns  which columns, ascending
   */
  fill(to: Float64Array, rows: Int32Array, sign: 1 | -1, columns: ArrayLike<number>): void
}

/** The rows of a row-major matrix, shape [n, p]. */
export function matrixRows(x: Float64Array, n: number, p: number): RowSource {
  return {
    n,
    p,
    columnsInUse() {
      const used: number[] = []
      for (let j = 0; j < p; j++) {
        let at = j
        while (at < x.length && x[at] === 0) at += p
        if (at < x.length) used.push(j)
      }
      return used
    },
    fill(to, rows, sign, columns) {
      const isWhole = columns.length === p
      for (let r = 0; r < rows.length; r++) {
        const from = rows[r]! * p
        if (isWhole) for (let at = r, k = from; k < from + p; k++, at += PANEL_ROWS) to[at] = sign * x[k]!
        else for (let k = 0, at = r; k < columns.length; k++, at += PANEL_ROWS) to[at] = sign * x[from + columns[k]!]!
      }
    },
  }
}
