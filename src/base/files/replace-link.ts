import { rename, rm, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'

import { syncFolder, temporaryName } from './atomic-write.ts'

/** Makes `link` point at a folder in one rename: a reader sees the old folder or the new one, and so does a crash. */
export async function replaceLink(target: string, link: string): Promise<void> {
  const temporary = temporaryName(link)
  try {
    await symlink(target, temporary, 'dir')
    await rename(temporary, link)
    await syncFolder(dirname(link))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
