import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openDatabase } from 'kwx/database'
import { fixedClock, parseInstant } from 'kwx/time'
import { migrate } from '../../../../src/data/database/connection/migrate.ts'
import { ArtefactStore } from '../../../../src/framework/artefacts/store.ts'
import { type Contributions, indexContributions } from '../../../../src/framework/contributions/contributions.ts'
import type { StepContext, StepResult } from '../../../../src/framework/step.ts'
import { root } from '../../../../test/support/root.ts'
import type { Inputs } from '../../src/services/read-evidence.ts'
import report from '../../src/steps/report.ts'
import { looseSchemas } from './decision.ts'

/** The contributions of this plugin, of the one that brings the cities, and loose schemas for files 07 to 10. */
export async function installed(more: Parameters<typeof indexContributions>[0] = []): Promise<Contributions> {
  const plugins = ['accept', 'dataset'].map(async (name) => {
    const folder = join(root, 'plugins', name)
    const { default: pjson } = await import(join(folder, 'package.json'), { with: { type: 'json' } })
    return { name: pjson.name as string, version: pjson.version as string, root: folder, pjson }
  })
  return indexContributions([...(await Promise.all(plugins)), await looseSchemas(), ...more])
}

let database: ReturnType<typeof migrated> | undefined

/** One migrated database in memory for a whole test file. */
export const shared = () => (database ??= migrated())

async function migrated() {
  const db = await openDatabase({ url: 'pglite:memory' })
  await migrate(db, 'up')
  return db
}

export const closeShared = async () => (await database)?.destroy()

export interface Judged extends StepResult {
  /** Where reports were published. */
  readonly shelf: string
  /** Lines for the person who watches. */
  readonly news: readonly string[]
}

/** Runs accept:report over inputs, into folders of its own. */
export async function judged(
  inputs: Inputs,
  changes: { reports?: string; phase?: string; home?: string } = {},
): Promise<Judged> {
  const home = changes.home ?? (await mkdtemp(join(tmpdir(), 'kwx-judged-')))
  const shelf = changes.reports ?? join(home, 'acceptance_reports')
  const store = new ArtefactStore(join(home, 'artefacts'))
  const provenance = {
    kwx: '0.1.0',
    commit: null,
    step: 'accept:report',
    stepVersion: '1',
    plugin: 'test',
    params: { phase: changes.phase ?? 'phase1' },
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, { hash }]) => [name, hash])),
  }
  const news: string[] = []
  const ctx = {
    log: (line: string) => news.push(line),
    clock: fixedClock(parseInstant('2025-02-01T12:00:00Z')),
    contributions: await installed(),
    database: shared,
    settings: { directories: { models: join(home, 'models'), reports: shelf, pipelines: home } },
    write: (
      kind: string,
      fill: (folder: string) => Promise<void>,
      { origin }: { origin?: 'real' | 'replay' | 'simulated' } = {},
    ) => store.write(kind, provenance, fill, { origin: origin ?? null, created: '', host: '', duration_ms: 0 }),
  } as unknown as StepContext
  const result = await report.run(ctx, { phase: changes.phase ?? 'phase1' }, inputs)
  await report.publish!(ctx, result.artefacts, result.exit!)
  return { ...result, shelf, news }
}
