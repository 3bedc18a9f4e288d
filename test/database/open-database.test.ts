import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockFolder } from '../../src/data/database/connection/lock-folder.ts'
import { type Database, ensureMigrated, openDatabase, redactUrl, runQuery } from '../../src/data/database/index.ts'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../support/databases.ts'

const temporary = () => mkdtemp(join(tmpdir(), 'kwx-db-'))

describe.each(databaseKinds)('an open $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())

  it('gives 64-bit integers as numbers', async () => {
    expect(await runQuery(db, 'select 9007199254740991::bigint as n, count(*) as c from series')).toEqual([
      { n: 9_007_199_254_740_991, c: 0 },
    ])
  })

  it('refuses a 64-bit integer that a number cannot hold', async () => {
    await expect(runQuery(db, 'select 9007199254740993::bigint as n')).rejects.toThrow('9007199254740993')
  })

  it('leaves days as text and JSON as values', async () => {
    expect(await runQuery(db, `select date '2025-02-20' as day, '{"a":1}'::jsonb as j`)).toEqual([
      { day: '2025-02-20', j: { a: 1 } },
    ])
  })

  it('rolls a failed transaction back', async () => {
    await expect(
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('series')
          .values({ ticker: 'LOST', city: 'x', fee_type: null, fee_multiplier: null })
          .execute()
        throw new Error('on purpose')
      }),
    ).rejects.toThrow('on purpose')
    expect(await db.selectFrom('series').selectAll().execute()).toEqual([])
  })
})

describe.each(databaseKinds.filter(({ name }) => name === 'server'))('a $name that goes away', (kind) => {
  it('fails the transaction under way and nothing else', async () => {
    const { db, done } = await migratedDatabase(kind)
    const backend = (of: Database) => runQuery<{ pid: number }>(of, 'select pg_backend_pid() as pid')
    await expect(
      db.transaction().execute(async (trx) => {
        const [{ pid }] = (await backend(trx)) as [{ pid: number }]
        await runQuery(db, 'select pg_terminate_backend($1)', [pid])
        // Between two statements nobody but the pool's own listener hears of it.
        await new Promise((next) => setTimeout(next, 200))
        await backend(trx)
      }),
    ).rejects.toThrow()
    expect(await backend(db)).toHaveLength(1)
    await done()
  })
})

describe('openDatabase', () => {
  it.each(['mysql://localhost/x', 'nonsense', 'pglite:', ''])('refuses the URL "%s" with exit 2', async (url) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'DATABASE_URL_UNKNOWN', exit: 2 })
  })

  it('says that a closed port does not answer, without the password', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as { port: number }
    probe.close()
    await once(probe, 'close')
    const error = await openDatabase({ url: `postgres://me:s3cret@127.0.0.1:${port}/x` }).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      exit: 1,
      hint: expect.stringContaining('DATABASE_URL'),
    })
    expect(error.message).toContain(String(port))
    expect(JSON.stringify([error.message, error.details])).not.toContain('s3cret')
  })

  it('says who holds an embedded folder that another process has open', async () => {
    const folder = join(await temporary(), 'db')
    const holder = fork(new URL('./support/hold-folder.ts', import.meta.url), [folder], {
      execArgv: ['--conditions=kwx-source'],
    })
    try {
      await once(holder, 'message')
      const error = await openDatabase({ url: `pglite:${folder}` }).catch((thrown) => thrown)
      expect(error).toMatchObject({ code: 'DATABASE_BUSY', exit: 1, details: { holder: holder.pid } })
      expect(error.message).toContain(String(holder.pid))
    } finally {
      holder.kill('SIGKILL')
    }
    await once(holder, 'exit')
    const db = await openDatabase({ url: `pglite:${folder}` })
    expect(await runQuery(db, 'select 1 as one')).toEqual([{ one: 1 }])
    await db.destroy()
    expect(existsSync(`${folder}.lock`)).toBe(false)
  })

  it('makes a folder again whose making was interrupted', async () => {
    const folder = join(await temporary(), 'db')
    mkdirSync(folder)
    writeFileSync(join(folder, 'PG_VERSION'), '18\n')
    writeFileSync(`${folder}.unfinished`, '')
    const url = `pglite:${folder}`
    const db = await openDatabase({ url })
    await ensureMigrated(db, url)
    await db.destroy()
    expect(existsSync(`${folder}.unfinished`)).toBe(false)
  })

  it('says what is wrong with a folder that is no database, and leaves it alone', async () => {
    const folder = await temporary()
    writeFileSync(join(folder, 'PG_VERSION'), '9\n')
    await expect(openDatabase({ url: `pglite:${folder}` })).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    expect(readFileSync(join(folder, 'PG_VERSION'), 'utf8')).toBe('9\n')
    expect(existsSync(`${folder}.lock`)).toBe(false)
  })
})

describe('lockFolder', () => {
  it.each([
    ['a process that is gone', '999999999 12\n'],
    ['an earlier process with our own number', `${process.pid} 1\n`],
    ['a mark that was cut off', ''],
  ])('takes the lock of %s over', async (_, mark) => {
    const folder = join(await temporary(), 'db')
    writeFileSync(`${folder}.lock`, mark)
    lockFolder(folder)()
    expect(existsSync(`${folder}.lock`)).toBe(false)
  })

  it('refuses a second claim while the first is held', async () => {
    const folder = join(await temporary(), 'db')
    const release = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(`Process ${process.pid}`)
    release()
    lockFolder(folder)()
  })
})

describe('redactUrl', () => {
  it.each([
    ['postgres://me:pw@host/db', 'postgres://me:***@host/db'],
    ['postgres://me@host/db', 'postgres://me@host/db'],
    ['postgres://me:p@w@host/db', 'postgres://me:***@host/db'],
    ['postgres://host/db?user=me&password=pw', 'postgres://host/db?user=me&password=***'],
    ['pglite:/some/folder', 'pglite:/some/folder'],
    ['postgres://host/db?sslkey=pw', 'postgres://host/db?sslkey=***'],
    ['error:no way to postgres://me:pw@host/db', 'error:no way to postgres://me:***@host/db'],
    ['postgres://me:p w@host/db', 'postgres://me:***@host/db'],
  ])('turns %s into %s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected)
  })
})
