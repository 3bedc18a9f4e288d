import type { PGlite } from '@electric-sql/pglite'

import type { Database } from '../database.ts'

/** Where the adapter of a dialect carries the PGlite object; registered, because two copies of the kit can meet. */
export const EMBEDDED = Symbol.for('kwx.embedded')

/** The PGlite object under a database or a transaction; null on a server. Use it only while holding the transaction. */
export const embeddedOf = (db: Database): PGlite | null =>
  (db.getExecutor().adapter as { [EMBEDDED]?: PGlite | null })[EMBEDDED] ?? null
