/** A dictionary-encoded text column: row i holds `values[codes[i]]`. */
export interface TextColumn {
  readonly codes: Int32Array
  readonly values: readonly string[]
}

/** One column. In a Float64Array NaN means missing; the integer types have no missing value. */
export type Column = Float64Array | Int32Array | Uint8Array | TextColumn

/** A table in memory: named columns of equal length, in order. */
export type Table = ReadonlyMap<string, Column>

/** True for a text column. */
export const isText = (column: Column): column is TextColumn => 'codes' in column

const lengthOf = (column: Column) => (isText(column) ? column.codes.length : column.length)

/** Number of rows; 0 for a table without columns. */
export function rowsOf(table: Table): number {
  const first = table.values().next().value
  return first ? lengthOf(first) : 0
}

/** The column of that name. Throws a RangeError that lists the names there are. */
export function column(table: Table, name: string): Column {
  const found = table.get(name)
  if (!found) throw new RangeError(`No column "${name}"; there are ${[...table.keys()].join(', ')}.`)
  return found
}

/** The numeric column of that name. */
export function numbers(table: Table, name: string): Float64Array | Int32Array | Uint8Array {
  const found = column(table, name)
  if (isText(found)) throw new RangeError(`Column "${name}" holds text, not numbers.`)
  return found
}

/** The text column of that name. */
export function text(table: Table, name: string): TextColumn {
  const found = column(table, name)
  if (!isText(found)) throw new RangeError(`Column "${name}" holds numbers, not text.`)
  return found
}
