import type { Database } from '../database.ts'

/**
 * Rows of an SQL text with `$1`, `$2`, ... parameters, on a database or a transaction.
 *
 * For texts whose columns cannot be declared: savepoints, settings, locks, DDL, and texts that are made for one table. What
 * returns rows that are read is a `statement`.
 */
export async function runQuery<Row = Record<string, unknown>>(
  db: Database,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  // Already in memory when there is a database; imported here so that this module costs nothing without one, and once,
  // since asking the module loader takes as long as building a statement.
  kysely ??= await import('kysely')
  const { rows } = await db.executeQuery<Row>(kysely.CompiledQuery.raw(text, parameters as unknown[]))
  return rows
}

let kysely: typeof import('kysely') | undefined

/** Runs `work` in the transaction that `db` is, or in a new one. */
export const inTransaction = <Result>(db: Database, work: (trx: Database) => Promise<Result>): Promise<Result> =>
  db.isTransaction ? work(db) : db.transaction().execute(work)
