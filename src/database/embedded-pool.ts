import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'

import { lockFolder } from './lock-folder.ts'
import { types } from './type-parsers.ts'

export interface EmbeddedPool {
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
    const pool = new (class extends pg.Pool {
      override async end(): Promise<void> {
        try {
          await super.end()
          await lite.close()
        } finally {
          unlock()
        }
      }
    })({ ...createPgConfig(lite), types, max: 1, connectionTimeoutMillis: 5000 } as unknown as pg.PoolConfig)
    return { pool, lite }
  } catch (error) {
    unlock()
    throw error
  }
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
  const lite = await PGlite.create({ dataDir: folder })
  if (isNew) await rm(unfinished, { force: true })
  return lite
}

function notThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error.code === 'ENOTDIR' ? new Error('expected a folder, found a file', { cause: error }) : error
}
