import { createHash } from 'node:crypto'
import { lstat, mkdir, readlink, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { EXIT, KwxError } from '../errors.ts'
import { syncFolder, temporaryName } from './atomic-write.ts'
import { copyFolder } from './copy-folder.ts'
import { sha256File } from './hash.ts'
import { filesUnder } from './list-files.ts'
import { replaceLink } from './replace-link.ts'
import { storageError } from './storage-error.ts'

/**
 * Publishes a copy of a folder at `to`, replacing what was published there in one step.
 *
 * The copy lies in `.<name>/<content hash>/` beside `to`, and `to` is a relative link that is renamed into place: a
 * reader sees the old folder or the new one whole, and a crash leaves one of them.
 *
 * @throws KwxError PUBLISH_BLOCKED (exit 1) when `to` is a folder or file that kwx did not make
 * @throws KwxError PUBLISH_EDITED (exit 1) when what is there was changed since kwx published it
 * @throws KwxError STORAGE_FULL or STORAGE_READ_ONLY (exit 1)
 */
export async function publishFolder(from: string, to: string): Promise<void> {
  const existing = await lstat(to).catch(() => null)
  if (existing && !existing.isSymbolicLink()) {
    throw new KwxError(`${to} exists and is not a link that kwx made.`, {
      code: 'PUBLISH_BLOCKED',
      exit: EXIT.error,
      hint: `Move it away: mv ${to} ${to}.old`,
    })
  }
  if (existing) await assertUnchanged(to)
  try {
    await mkdir(dirname(to), { recursive: true })
    const versions = join(dirname(to), `.${basename(to)}`)
    const hash = await contentHash(from)
    const version = join(versions, hash)
    if ((await contentHash(version).catch(() => null)) !== hash) {
      const temporary = temporaryName(version)
      await copyFolder(from, temporary)
      await rm(version, { recursive: true, force: true })
      await rename(temporary, version)
      await syncFolder(versions)
    }
    await replaceLink(join(`.${basename(to)}`, hash), to)
  } catch (error) {
    throw storageError(error, to)
  }
}

/** The name of a published version is its hash. A link whose target is gone has nothing to lose. */
async function assertUnchanged(to: string): Promise<void> {
  const version = join(dirname(to), await readlink(to))
  const found = await contentHash(version).catch(() => null)
  if (found === null || found === basename(version)) return
  throw new KwxError(`${to} was changed since kwx published it; expected the content that was trained or judged.`, {
    code: 'PUBLISH_EDITED',
    exit: EXIT.error,
    hint: `Move it away and run the same command again: mv ${version} ${to}.edited`,
    details: { folder: to, version },
  })
}

/** The name that a published version of a folder has: a hash of its files, 16 hexadecimal digits. */
export async function contentHash(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of await filesUnder(folder)) hash.update(`${file}\0${await sha256File(join(folder, file))}\n`)
  return hash.digest('hex').slice(0, 16)
}
