import { type Database, openDatabase, runQuery } from 'kwx/database'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { paperMismatch, paperSums } from '../src/storage/paper-reconciliation.ts'

/** A server where there is one: the loop records on nothing else. */
export const kind = databaseKinds.at(-1)!

export const clear = (on: Database) =>
  runQuery(on, 'truncate events, markets, rt_signals, rt_minutes, paper_portfolios restart identity cascade')

/** The database of a test file about portfolios, empty before each test; there from the first `beforeAll` on. */
export function paperDatabase() {
  let opened: OpenedDatabase
  beforeAll(async () => {
    opened = await quickDatabase()
  })
  beforeEach(() => clear(opened.db))
  afterAll(() => opened?.done())
  const db = () => opened.db
  return {
    db,
    url: () => opened.url,
    count: async (sql: string) => (await runQuery<{ n: number }>(db(), sql))[0]!.n,
    /** What does not add up of the first portfolio, everything looked at. */
    whole: async () => paperMismatch(await paperSums(db(), 1)),
  }
}

/** One that does not wait for the disk: the server lives on whatever is killed here. */
async function quickDatabase(): Promise<OpenedDatabase> {
  const made = await migratedDatabase(kind)
  if (kind.name === 'embedded') return made
  await runQuery(made.db, `alter database ${new URL(made.url).pathname.slice(1)} set synchronous_commit = off`)
  await made.db.destroy()
  const db = await openDatabase({ url: made.url })
  return { ...made, db, done: () => db.destroy().then(() => made.done().catch(() => {})) }
}

/** The same database, where somebody hears each statement before it is asked, in transactions as well, and may throw. */
export const overheard = (db: Database, hear: (sql: string) => void): Database =>
  new Proxy(db, {
    get(target, name) {
      if (name === 'executeQuery') {
        return (query: { readonly sql: string }) => {
          hear(query.sql)
          return target.executeQuery(query as never)
        }
      }
      if (name === 'transaction') {
        return () => ({
          execute: (work: (trx: Database) => Promise<unknown>) =>
            target.transaction().execute((trx) => work(overheard(trx as Database, hear))),
        })
      }
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
