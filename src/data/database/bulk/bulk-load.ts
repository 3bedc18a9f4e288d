import type { PGlite } from '@electric-sql/pglite'
import { embeddedOf } from '../connection/embedded-of.ts'
import { inTransaction, runQuery } from '../connection/run-query.ts'
import { isUniqueViolation } from '../connection/unique-violation.ts'
import type { Database } from '../database.ts'
import { type BulkColumn, encodeRows, serverCopy } from './copy.ts'

export interface BulkTable {
  readonly table: string
  /** The primary key: names of columns, the last one the finest. */
  readonly keys: readonly string[]
  /** The key whose range tells whether a batch can overlap with what is there; the last one unless it is a text. */
  readonly rangeKey?: string
  readonly columns: readonly BulkColumn[]
}

// An embedded statement stops the process while it runs. 20,000 candles take about 0.1 s; ten times as many load 3 %
// faster and leave a progress line or Ctrl-C waiting for a second.
const EMBEDDED_CHUNK = 20_000

/**
 * Loads rows so that afterwards the table holds them: new keys are inserted, known ones take the new values.
 *
 * Of rows with equal keys the last one counts. One transaction: all rows or none. Rows whose key range is still empty
 * are copied straight into the table, the others through a staging table and `on conflict`; should another process
 * fill the range meanwhile, the load is done again through staging.
 *
 * @param rows  number of rows; every column has at least as many values
 * @returns     number of rows that stand in the table for this batch, that is without those of repeated keys
 * @cost        see bench/load.js
 */
export async function bulkLoad(db: Database, target: BulkTable, rows: number): Promise<{ rows: number }> {
  if (rows === 0) return { rows: 0 }
  const order = keyOrder(target, rows)
  const count = order?.length ?? rows
  await inTransaction(db, async (trx) => {
    if (!(await rangesAreEmpty(trx, target, order, count))) return loadStaged(trx, target, order, count)
    if (embeddedOf(trx)) return copyRows(trx, target.table, target, order, count)
    await runQuery(trx, 'savepoint bulk_load')
    try {
      await copyRows(trx, target.table, target, order, count)
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      await runQuery(trx, 'rollback to savepoint bulk_load')
      await loadStaged(trx, target, order, count)
    }
    await runQuery(trx, 'release savepoint bulk_load')
  })
  return { rows: count }
}

/** True when no row of the table lies between the batch's smallest and largest last key of any first key. */
async function rangesAreEmpty(
  trx: Database,
  { table, keys, rangeKey = keys.at(-1), columns }: BulkTable,
  order: Uint32Array | null,
  count: number,
): Promise<boolean> {
  const first = columns.find(({ name }) => name === keys[0])!
  const last = columns.find(({ name }) => name === rangeKey)!
  const ranges = new Map<number | string, [low: number, high: number]>()
  for (let index = 0; index < count; index++) {
    const row = order ? order[index]! : index
    const value = last.values[row] as number
    const range = ranges.get(first.values[row]!)
    if (!range) ranges.set(first.values[row]!, [value, value])
    else if (value < range[0]) range[0] = value
    else if (value > range[1]) range[1] = value
  }
  const found = await runQuery(
    trx,
    `select 1 from unnest($1::${first.type}[], $2::bigint[], $3::bigint[]) as batch (key, low, high)
     cross join lateral (
       select 1 from ${table} where ${first.name} = key and ${last.name} between low and high limit 1
     ) as present limit 1`,
    [[...ranges.keys()], [...ranges.values()].map(([low]) => low), [...ranges.values()].map(([, high]) => high)],
  )
  return found.length === 0
}

async function loadStaged(trx: Database, target: BulkTable, order: Uint32Array | null, count: number): Promise<void> {
  const { table, keys, columns } = target
  const staging = `kwx_${table}_staging`
  const names = columns.map(({ name }) => name)
  const values = names.filter((name) => !keys.includes(name))
  const merge = `
    insert into ${table} (${names}) select ${names} from ${staging} order by ${keys}
    on conflict (${keys}) do update set ${values.map((name) => `${name} = excluded.${name}`)}
    where (${values.map((name) => `${table}.${name}`)}) is distinct from (${values.map((name) => `excluded.${name}`)})`
  await runQuery(
    trx,
    `create temporary table if not exists ${staging} (like ${table} including defaults) on commit drop`,
  )
  const step = embeddedOf(trx) ? EMBEDDED_CHUNK : count
  for (let from = 0; from < count; from += step) {
    const until = Math.min(count, from + step)
    await runQuery(trx, `truncate ${staging}`)
    await copyChunk(trx, staging, target, order, from, until)
    await runQuery(trx, merge)
    await breathe()
  }
}

async function copyRows(
  trx: Database,
  into: string,
  target: BulkTable,
  order: Uint32Array | null,
  count: number,
): Promise<void> {
  const step = embeddedOf(trx) ? EMBEDDED_CHUNK : count
  for (let from = 0; from < count; from += step) {
    await copyChunk(trx, into, target, order, from, Math.min(count, from + step))
    await breathe()
  }
}

async function copyChunk(
  trx: Database,
  into: string,
  { columns }: BulkTable,
  order: Uint32Array | null,
  from: number,
  until: number,
): Promise<void> {
  const chunks = encodeRows(columns, order, from, until)
  const statement = (source: string) =>
    `copy ${into} (${columns.map(({ name }) => name)}) from ${source} (format binary)`
  const lite: PGlite | null = embeddedOf(trx)
  // COPY FROM STDIN through the pool ends PGlite; the object itself reads a blob, inside the transaction that its only
  // client has open.
  if (lite) await lite.query(statement(`'/dev/blob'`), [], { blob: new Blob([...chunks] as Buffer<ArrayBuffer>[]) })
  else await serverCopy(trx, statement('stdin'), chunks)
}

/** Lets timers, signals and progress lines run between two embedded statements. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

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
