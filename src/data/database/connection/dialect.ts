import type { PGlite } from '@electric-sql/pglite'
import { Kysely, PostgresAdapter, PostgresDialect } from 'kysely'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import type { Schema } from '../schema.ts'
import { EMBEDDED } from './embedded-of.ts'

class KwxAdapter extends PostgresAdapter {
  readonly [EMBEDDED]: PGlite | null

  constructor(embedded: PGlite | null) {
    super()
    this[EMBEDDED] = embedded
  }
}

class KwxDialect extends PostgresDialect {
  readonly #embedded: PGlite | null

  constructor(pool: pg.Pool, embedded: PGlite | null) {
    super({ pool, cursor: Cursor })
    this.#embedded = embedded
  }

  override createAdapter(): PostgresAdapter {
    return new KwxAdapter(this.#embedded)
  }
}

/**
 * Kysely over a pool. One dialect serves both databases: those made for PGlite ignore isolation levels, report a
 * failed commit as a success, or run a stranger's query inside an open transaction.
 */
export const kyselyOver = (pool: pg.Pool, embedded: PGlite | null): Kysely<Schema> =>
  new Kysely<Schema>({ dialect: new KwxDialect(pool, embedded) })
