import { randomUUID } from 'node:crypto'
import { TABLES } from '../../src/data/database/connection/database-status.ts'

import { type Database, ensureMigrated, openDatabase, runQuery } from '../../src/data/database/index.ts'

export interface DatabaseKind {
  readonly name: 'embedded' | 'server'
  /** Makes an empty database of its own; `drop` takes it away. */
  create(): Promise<{ url: string; drop: () => Promise<void> }>
}

const server = process.env['KWX_TEST_DATABASE_URL']

/** Each database suite runs over these: always embedded, and on a server where KWX_TEST_DATABASE_URL names one. */
export const databaseKinds: readonly DatabaseKind[] = [
  { name: 'embedded', create: async () => ({ url: 'pglite:memory', drop: async () => {} }) },
  ...(server ? [{ name: 'server' as const, create: () => createOnServer(server) }] : []),
]

// A database, not a schema: the migrator looks for its tables in every schema of a database.
async function createOnServer(url: string) {
  const name = `kwx_test_${randomUUID().replaceAll('-', '')}`
  const statement = async (text: string) => {
    const admin = await openDatabase({ url })
    try {
      await runQuery(admin, text)
    } finally {
      await admin.destroy()
    }
  }
  await statement(`create database ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, drop: () => statement(`drop database ${name} with (force)`) }
}

export interface OpenedDatabase {
  db: Database
  url: string
  /** Closes and drops it. */
  done: () => Promise<void>
}

/** A migrated database of its own, for `beforeAll`. */
export async function migratedDatabase(kind: DatabaseKind): Promise<OpenedDatabase> {
  const { url, drop } = await kind.create()
  const db = await openDatabase({ url })
  await ensureMigrated(db, url)
  return {
    db,
    url,
    done: async () => {
      await db.destroy()
      await drop()
    },
  }
}

/** Tables that only grow refuse to be emptied. */
const ONLY_GROW: readonly string[] = ['models', 'promotions', 'evaluations', 'e_processes', 'e_process_days']
const CLEARED = TABLES.filter((table) => !ONLY_GROW.includes(table))

/** Empties every table that can be, for `beforeEach`. */
export const emptyTables = (db: Database) => runQuery(db, `truncate ${CLEARED.join(', ')}`)
