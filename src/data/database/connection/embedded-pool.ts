import type { EventEmitter } from 'node:events'
import { existsSync, statfsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'

import { lockFolder } from './lock-folder.ts'
import { types } from './type-parsers.ts'

interface EmbeddedPool {
  pool: pg.Pool
  /** Bulk loads speak to it directly, but only while they hold the pool's single client. */
  lite: PGlite
}

/**
 * A pool of exactly one `pg` client that talks to PGlite in this process instead of a socket.
 *
 * A second `connect` while the client is out fails after five seconds: inside a transaction use the transaction.
 *
 * @param folder  absolute path, or null for a throw-away database in memory
 * @throws KwxError DATABASE_BUSY
 * @cost   1 s on an existing folder, 3 s on a new one
 */
export async function embeddedPool(folder: string | null): Promise<EmbeddedPool> {
  if (folder) await mkdir(dirname(folder), { recursive: true })
  const unlock = folder ? lockFolder(folder) : () => {}
  try {
    const lite = folder ? await openFolder(folder) : await PGlite.create()
    const death = watchDeath(lite)
    const pool = new (class extends pg.Pool {
      override async end(): Promise<void> {
        try {
          await super.end()
          if (!death()) await lite.close()
        } finally {
          unlock()
        }
      }
    })({ ...createPgConfig(lite), types, max: 1, connectionTimeoutMillis: 5000 } as unknown as pg.PoolConfig)
    pool.on('connect', (client) => failWaiting(client, death))
    pool.on('error', () => {}) // the query that is under way reports it, and so does every later one
    return { pool, lite }
  } catch (error) {
    unlock()
    throw error
  }
}

/**
 * A PostgreSQL that meets a full disk in its log ends itself (PANIC), which on a server closes the connection. The
 * embedded one spins for ever at whatever it is asked next, a rollback for one: from then on it is asked nothing.
 *
 * @returns what it died of; null while it lives
 */
function watchDeath(lite: PGlite): () => Error | null {
  let death: Error | null = null
  const ask = (work: () => Promise<unknown>): Promise<unknown> => (death ? Promise.reject(death) : work())
  const note = (error: { severity?: string | undefined; message: string }) => {
    if (error.severity !== 'PANIC' && error.severity !== 'FATAL') return
    death = new Error(`The embedded database has ended itself: ${error.message}`)
  }
  const { execProtocolStream, query } = lite
  Object.assign(lite, {
    execProtocolStream: (...args: Parameters<typeof execProtocolStream>) =>
      ask(async () => {
        const messages = await execProtocolStream.apply(lite, args)
        for (const message of messages) if (message instanceof Error) note(message)
        return messages
      }),
    query: (...args: Parameters<typeof query>) =>
      ask(() =>
        query.apply(lite, args).catch((error: Error) => {
          note(error)
          throw error
        }),
      ),
  })
  return () => death
}

/** Queries that wait for a dead database to be ready again fail, as they would when a socket closes. */
function failWaiting(client: pg.PoolClient, death: () => Error | null): void {
  client.on('error', () => {})
  const { connection } = client as unknown as { connection: EventEmitter }
  connection.on('errorMessage', () => {
    if (death()) setImmediate(() => connection.emit('error', death()))
  })
}

/**
 * A folder whose making was interrupted cannot be opened and holds nothing yet: it is made again. One that holds
 * something else is somebody's: PGlite would strew a database over it.
 */
async function openFolder(folder: string): Promise<PGlite> {
  const unfinished = `${folder}.unfinished`
  const found = existsSync(unfinished) ? [] : await readdir(folder).catch(notThere)
  if (found.length > 0 && !found.includes('PG_VERSION')) {
    throw new Error(`expected a database or an empty folder, found ${found.slice(0, 3).join(', ')}`)
  }
  if (existsSync(unfinished)) await rm(folder, { recursive: true, force: true })
  const isNew = !existsSync(folder)
  if (isNew) await writeFile(unfinished, '')
  const lite = await PGlite.create({ dataDir: folder }).catch((error: Error) => {
    throw hasRoom(folder)
      ? error
      : Object.assign(new Error('no space left on device', { cause: error }), { path: folder })
  })
  if (isNew) await rm(unfinished, { force: true })
  return lite
}

function notThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error.code === 'ENOTDIR' ? new Error('expected a folder, found a file', { cause: error }) : error
}

/** What the database needs to repair itself with: one segment of its log. It does not say why it does not start. */
const NEEDED_BYTES = 16 * 2 ** 20

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= NEEDED_BYTES
}
