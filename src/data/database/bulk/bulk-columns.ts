/** SQL types that the bulk load writes. */
export type BulkType = 'int2' | 'int4' | 'int8' | 'float8' | 'bool' | 'text'

/**
 * One column of a bulk load.
 *
 * `values` holds at least as many entries as there are rows; every integer must fit its type. NULL is `nullValue` in
 * a column of integers, NaN in one of floats and `null` in one of texts.
 */
export interface BulkColumn {
  readonly name: string
  readonly type: BulkType
  readonly values: ArrayLike<number> | ArrayLike<string | null>
  readonly nullValue?: number
}

export interface BulkTable {
  readonly table: string
  /** The primary key: names of columns, the last one the finest. */
  readonly keys: readonly string[]
  /** The key whose range tells whether a batch can overlap with what is there; the last one unless it is a text. */
  readonly rangeKey?: string
  readonly columns: readonly BulkColumn[]
}

/**
 * Row numbers in the order of the primary key, each key once; of rows with the same key the last one given stays.
 *
 * Returns null when the rows already stand like that, which is the common case and costs one pass.
 */
export function keyOrder({ columns, keys }: BulkTable, rows: number): Uint32Array | null {
  const keyValues = keys.map((key) => columns.find(({ name }) => name === key)!.values)
  const compare = (a: number, b: number): number => {
    for (const values of keyValues) {
      const left = values[a]!
      const right = values[b]!
      if (left !== right) return left < right ? -1 : 1
    }
    return 0
  }
  let row = 1
  while (row < rows && compare(row - 1, row) < 0) row++
  if (row >= rows) return null

  const order = Uint32Array.from({ length: rows }, (_, index) => index)
  order.sort((a, b) => compare(a, b) || a - b)
  let kept = 0
  for (let index = 0; index < rows; index++) {
    const isLast = index + 1 === rows || compare(order[index]!, order[index + 1]!) !== 0
    if (isLast) order[kept++] = order[index]!
  }
  return order.subarray(0, kept)
}
