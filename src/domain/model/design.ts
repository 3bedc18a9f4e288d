import type { Table } from '../../base/table/table.ts'
import { numbers, rowsOf } from '../../base/table/table.ts'

/** The raw (unscaled) design of all rows: column-major, so that threads share it and folds pick rows from it. */
export interface Design {
  readonly names: readonly string[]
  readonly n: number
  /** Value of row i, column j at `j * n + i`. */
  readonly values: Float64Array
}

/**
 * The named columns of a table as one matrix in shared memory.
 *
 * @throws RangeError when a column is absent or holds text
 * @cost 8 n p bytes
 */
export function designOf(table: Table, names: readonly string[]): Design {
  const n = rowsOf(table)
  const values = new Float64Array(new SharedArrayBuffer(8 * n * names.length))
  names.forEach((name, j) => {
    values.set(numbers(table, name), j * n)
  })
  return { names, n, values }
}

/** Indices of the rows whose day is one of `days`, ascending. */
export function rowsOfDays(day: ArrayLike<number>, days: Iterable<number>): Int32Array {
  const wanted = new Set(days)
  const rows: number[] = []
  for (let i = 0; i < day.length; i++) if (wanted.has(day[i]!)) rows.push(i)
  return Int32Array.from(rows)
}

/** Indices of the rows whose day lies in [first, last], ascending: the test rows of a window. */
export function rowsBetween(day: ArrayLike<number>, first: number, last: number): Int32Array {
  const rows: number[] = []
  for (let i = 0; i < day.length; i++) if (day[i]! >= first && day[i]! <= last) rows.push(i)
  return Int32Array.from(rows)
}

/** The distinct days of rows that lie in [first, last], ascending. */
export function daysBetween(day: ArrayLike<number>, first: number, last: number): number[] {
  const found = new Set<number>()
  for (let i = 0; i < day.length; i++) if (day[i]! >= first && day[i]! <= last) found.add(day[i]!)
  return [...found].sort((a, b) => a - b)
}
