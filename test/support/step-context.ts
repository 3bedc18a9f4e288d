import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Artefact, StepContext } from 'kwx'
import { sha256 } from 'kwx/artefacts'
import { fixedClock } from 'kwx/time'

/** A context for one step without a runner: units and artefacts are files under `home`; all else is absent. */
export function stepContext(home: string, workers = 1): StepContext & { readonly lines: string[] } {
  const lines: string[] = []
  const absent = () => Promise.reject(new Error('not in this test'))
  const context = {
    lines,
    clock: fixedClock(0),
    signal: new AbortController().signal,
    settings: { home, directories: { models: join(home, 'models'), reports: join(home, 'reports') } },
    contributions: {},
    workers,
    offline: true,
    database: absent,
    sources: absent,
    log: (line: string) => lines.push(line),
    progress: () => {},
    async write(kind: string, fill: (folder: string) => Promise<void>, options?: { origin?: Artefact['origin'] }) {
      const folder = join(home, 'artefacts', kind)
      await mkdir(folder, { recursive: true })
      await fill(folder)
      const files = await hashes(folder)
      return { kind, hash: sha256(JSON.stringify(files)), folder, files, origin: options?.origin ?? null }
    },
    async unit(id: string, work: () => Promise<unknown>) {
      const file = join(home, 'units', `${id}.json`)
      if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8'))
      const value = JSON.parse(JSON.stringify(await work()))
      await mkdir(join(home, 'units'), { recursive: true })
      await writeFile(`${file}.new`, JSON.stringify(value))
      await rename(`${file}.new`, file)
      return value
    },
  }
  return context as unknown as StepContext & { lines: string[] }
}

/** SHA-256 of every file under a folder, by relative name. */
export async function hashes(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hashed: [string, string][] = []
  for (const file of files.sort()) {
    hashed.push([
      file.slice(folder.length + 1),
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ])
  }
  return Object.fromEntries(hashed)
}
