import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT, KwxError } from '../errors.ts'
import { temporaryName } from './atomic-write.ts'

/** The error to throw for a failed write: a named one where the system says why, else what was thrown. */
export function storageError(thrown: unknown, path: string): unknown {
  const code = (thrown as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new KwxError(`The disk is full while writing ${path}.`, {
      code: 'STORAGE_FULL',
      exit: EXIT.error,
      hint: 'Free space and run the same command again: it goes on from the last finished unit.',
      cause: thrown,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new KwxError(`${path} cannot be written (${code}).`, {
      code: 'STORAGE_READ_ONLY',
      exit: EXIT.error,
      hint: 'Make the folder writable, or choose another with KWX_HOME, KWX_MODELS_DIR or KWX_REPORTS_DIR.',
      cause: thrown,
    })
  }
  return thrown
}

/**
 * Writes and removes a probe in `folder` (made if absent), so that hours of work do not end at a read-only folder.
 *
 * @throws KwxError STORAGE_READ_ONLY or STORAGE_FULL (exit 1)
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
