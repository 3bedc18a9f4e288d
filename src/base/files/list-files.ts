import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Relative paths of all files under a folder, sorted, with `/` between folders. */
export async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      for (const inner of await filesUnder(join(folder, entry.name))) found.push(`${entry.name}/${inner}`)
    } else found.push(entry.name)
  }
  return found.sort()
}
