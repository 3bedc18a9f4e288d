import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Artefact, Origin, Step, StepContext } from 'kwx'
import { ArtefactStore } from 'kwx/artefacts'
import { fixedClock } from 'kwx/time'

import { StepCache } from '../../src/framework/pipeline/cache.ts'

/**
 * A context for one step without a runner: the real store and unit cache under `home`, a clock that stands still, and
 * neither database nor sources. Two contexts over one home are the same step before and after a crash.
 */
export function stepContext(home: string, workers = 1): StepContext & { readonly lines: string[] } {
  const lines: string[] = []
  const store = new ArtefactStore(join(home, 'artefacts'))
  const cache = new StepCache(join(home, 'cache'), store)
  const absent = () => Promise.reject(new Error('not in this test'))
  const provenance = { kwx: '0', commit: null, step: 'test', stepVersion: '1', plugin: 'test', params: {}, inputs: {} }
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
    write: (kind: string, fill: (folder: string) => Promise<void>, options?: { origin?: Origin }) =>
      store.write(kind, provenance, fill, {
        origin: options?.origin ?? null,
        created: '1970-01-01T00:00:00.000Z',
        host: 'test',
        duration_ms: 0,
      }),
    async unit(id: string, work: () => Promise<unknown>) {
      const stored = await cache.unit('key', id)
      if (stored) return stored.value
      const value = await work()
      await cache.recordUnit('key', id, value)
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
    const digest = createHash('sha256').update(await readFile(file))
    hashed.push([file.slice(folder.length + 1), digest.digest('hex')])
  }
  return Object.fromEntries(hashed)
}

/** Runs a step and publishes what it made, as the runner does. */
export async function runAndPublish<Params>(
  step: Step<Params>,
  ctx: StepContext,
  params: Params,
  inputs: Readonly<Record<string, Artefact>>,
) {
  const result = await step.run(ctx, params, inputs)
  await step.publish?.(ctx, result.artefacts, result.exit ?? 0)
  return result
}
