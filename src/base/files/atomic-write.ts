import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

let counter = 0

/** A name beside `path` that no other write of this machine uses. */
export const temporaryName = (path: string): string => `${path}.tmp-${process.pid}-${counter++}`

/**
 * Writes a file so that a crash at any moment leaves the old content or the new, never a mixture.
 *
 * Temporary name in the same folder, fsync, rename, fsync of the folder.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(file)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Makes the renames inside a folder durable. A no-op on systems that cannot fsync folders. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  if (!handle) return
  await handle.sync().catch(() => {})
  await handle.close()
}

/** Makes a written file durable. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
