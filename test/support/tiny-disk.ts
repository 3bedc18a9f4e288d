import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own in memory, that can be full or read-only for root too. */
export interface TinyDisk {
  readonly folder: string
  usedKilobytes(): number
  resize(kilobytes: number): void
  readOnly(yes: boolean): void
  release(): void
}

/** A disk of that size, or null where this process may not mount one (the reason is printed). */
export function tinyDisk(kilobytes: number): TinyDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'kwx-tiny-'))
  const mount = (...argv: string[]) => execFileSync('mount', [...argv, folder], { stdio: 'pipe' })
  try {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs')
  } catch (error) {
    process.stderr.write(`Not run: a small disk cannot be mounted here: ${String(error).split('\n')[1] ?? error}\n`)
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    usedKilobytes() {
      const { blocks, bfree, bsize } = statfsSync(folder)
      return Math.ceil(((blocks - bfree) * bsize) / 1024)
    },
    resize: (size) => void mount('-o', `remount,size=${size}k`),
    readOnly: (yes) => void mount('-o', `remount,${yes ? 'ro' : 'rw'}`),
    release() {
      execFileSync('umount', ['--lazy', folder]) // a database that died keeps its files open
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
