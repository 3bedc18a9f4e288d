import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { syncFile, syncFolder } from './atomic-write.ts'

/** Copies a folder to a place that is new, durably: every file and folder is fsynced. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyFolder(source, target)
    else {
      await copyFile(source, target)
      await syncFile(target)
    }
  }
  await syncFolder(to)
}
