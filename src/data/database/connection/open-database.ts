import { resolve } from 'node:path'

import { EXIT, isKwxError, KwxError, messageOf } from '../../../base/errors.ts'
import { asStorageError } from '../../../base/files/storage-error.ts'
import type { Database } from '../database.ts'
import { redactUrl } from './redact-url.ts'
import { runQuery } from './run-query.ts'

/** True for a URL of the embedded database, which one process may have open. */
export const isEmbeddedUrl = (url: string): boolean => url.startsWith('pglite:')

/**
 * Opens the database that `url` names and makes sure that it answers; close it with `db.destroy()`.
 *
 * `postgres://...` is a server, `pglite:<folder>` the embedded database (relative to the working directory) and
 * `pglite:memory` a throw-away one. All run through one driver, so rows, errors and transactions are the same. The
 * embedded one has a single connection: inside a transaction use the transaction.
 *
 * The drivers are loaded here, not with this module: commands that need no database must start fast.
 *
 * @throws KwxError DATABASE_URL_UNKNOWN (exit 2) when the scheme is neither postgres nor pglite
 * @throws KwxError DATABASE_BUSY (exit 1) when another process has the embedded folder open
 * @throws KwxError STORAGE_FULL, STORAGE_READ_ONLY or STORAGE_NO_FOLDER (exit 1) when the embedded folder cannot be written
 * @throws KwxError DATABASE_UNREACHABLE (exit 1) when nothing answers there
 */
export async function openDatabase({ url }: { url: string }): Promise<Database> {
  let db: Database | undefined
  try {
    db = await connect(url)
    await runQuery(db, 'select 1')
    return db
  } catch (error) {
    await db?.destroy().catch(() => {})
    const reason = isEmbeddedUrl(url) ? asStorageError(error) : error
    if (isKwxError(reason)) throw reason
    throw new KwxError(`The database at ${redactUrl(url)} does not answer: ${redactUrl(reasonOf(error))}`, {
      code: 'DATABASE_UNREACHABLE',
      exit: EXIT.error,
      hint: isEmbeddedUrl(url)
        ? 'Check that the folder is writable and was made by kwx, or set DATABASE_URL to another one.'
        : 'Check DATABASE_URL and that the server runs, or unset it to use the embedded database.',
      details: { url: redactUrl(url) },
      cause: error,
    })
  }
}

async function connect(url: string): Promise<Database> {
  if (isEmbeddedUrl(url)) {
    const target = url.slice('pglite:'.length)
    if (target === '') throw unknownUrl(url, 'names no folder')
    const [{ embeddedPool }, { kyselyOver }] = await Promise.all([import('./embedded-pool.ts'), import('./dialect.ts')])
    const { pool, lite } = await embeddedPool(target === 'memory' ? null : resolve(target))
    return kyselyOver(pool, lite)
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const [{ serverPool }, { kyselyOver }] = await Promise.all([import('./server-pool.ts'), import('./dialect.ts')])
    return kyselyOver(serverPool(url), null)
  }
  throw unknownUrl(url, 'has another scheme')
}

/** A refused connection to a name with several addresses is an AggregateError with an empty message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return messageOf(error)
}

function unknownUrl(url: string, what: string): KwxError {
  return new KwxError(
    `The database URL "${redactUrl(url)}" ${what}; expected postgres://..., pglite:<folder> or pglite:memory.`,
    {
      code: 'DATABASE_URL_UNKNOWN',
      exit: EXIT.usage,
      hint: 'Set DATABASE_URL to postgres://user@host/name or pglite:.kwx/database.',
    },
  )
}
