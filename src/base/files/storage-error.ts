import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { EXIT, isKwxError, KwxError, messageOf } from '../errors.ts'
import { temporaryName } from './atomic-write.ts'

const ANOTHER = 'choose another with KWX_HOME, KWX_MODELS_DIR or KWX_REPORTS_DIR'

/**
 * The error to throw for a failed write: a named one where the system or the database says why, else what was thrown.
 *
 * @param path  what was written, where the error itself does not say it better
 */
export function storageError(thrown: unknown, path: string): unknown {
  if (isFull(thrown)) return full(path, thrown)
  const { code, syscall } = (thrown ?? {}) as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return readOnly(path, code, thrown)
  return syscall === 'mkdir' ? (whyNoFolder(path) ?? thrown) : thrown
}

/**
 * The same for places that do not know what was being written: looks into what an unbranded error was caused by.
 *
 * Anything else comes back as it is, and so does a KwxError.
 */
export function asStorageError(thrown: unknown): unknown {
  if (isKwxError(thrown)) return thrown
  let error = thrown
  for (let depth = 0; typeof error === 'object' && error !== null && depth < 10; depth++) {
    const { code, syscall, path } = error as NodeJS.ErrnoException
    if (isFull(error)) return full(path ?? null, error)
    if (path && (code === 'EROFS' || syscall === 'mkdir')) return storageError(error, path)
    error = (error as Error).cause
  }
  return thrown
}

/** Making `a/b/c` fails with ENOENT where `a` is read-only and with EEXIST or ENOTDIR where it is a file: look at `a`. */
function whyNoFolder(path: string): KwxError | null {
  let there = resolve(path)
  while (!existsSync(there)) there = dirname(there)
  if (!statSync(there).isDirectory()) {
    return new KwxError(
      `${there} is a file; expected a folder${there === resolve(path) ? '' : `, to make ${path} in`}.`,
      {
        code: 'STORAGE_NO_FOLDER',
        exit: EXIT.error,
        hint: `Move it away, or ${ANOTHER}.`,
      },
    )
  }
  try {
    accessSync(there, constants.W_OK)
    return null
  } catch (error) {
    return readOnly(there, (error as NodeJS.ErrnoException).code ?? 'unknown', error)
  }
}

/** SQLSTATE of PostgreSQL for a full disk; the embedded one throws its file system's own error when it starts. */
const FULL = new Set<unknown>(['ENOSPC', 'EDQUOT', '53100'])
const WASI_FULL = 51

function isFull(thrown: unknown): boolean {
  const error = (thrown ?? {}) as { code?: unknown; name?: unknown; errno?: unknown; message?: unknown }
  if (FULL.has(error.code)) return true
  if (error.name === 'ErrnoError' && error.errno === WASI_FULL) return true
  return typeof error.message === 'string' && /no space left on device/i.test(error.message)
}

const full = (path: string | null, cause: unknown) =>
  new KwxError(path ? `The disk is full while writing ${path}.` : `The disk is full: ${messageOf(cause)}.`, {
    code: 'STORAGE_FULL',
    exit: EXIT.error,
    hint: 'Free space and run the same command again: it goes on from the last finished unit.',
    cause,
  })

const readOnly = (path: string, code: string, cause: unknown) =>
  new KwxError(`${path} cannot be written (${code}).`, {
    code: 'STORAGE_READ_ONLY',
    exit: EXIT.error,
    hint: `Make the folder writable, or ${ANOTHER}.`,
    cause,
  })

/**
 * Writes and removes a probe in `folder` (made if absent), so that hours of work do not end at a read-only folder.
 *
 * @throws KwxError STORAGE_READ_ONLY, STORAGE_NO_FOLDER or STORAGE_FULL (exit 1)
 */
export async function assertWritable(folder: string): Promise<void> {
  const probe = temporaryName(join(folder, '.probe'))
  try {
    await mkdir(folder, { recursive: true })
    const handle = await open(probe, 'wx')
    await handle.writeFile('kwx')
    await handle.sync()
    await handle.close()
  } catch (error) {
    throw storageError(error, folder)
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}
