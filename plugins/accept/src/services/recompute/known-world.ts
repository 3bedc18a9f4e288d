import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type ArtefactStore, canonicalJson, readJson } from 'kwx/artefacts'

import { type InfrastructureVerification, REPORT_FILES } from '../../reports.ts'
import type { WorldChecks } from '../infrastructure.ts'

/** What file 05 says of the database and the plugins, which no artefact can tell. */
export interface KnownWorld {
  readonly checks: WorldChecks
  /** Checks that nothing confirms, because the store no longer holds the report as it was written. */
  readonly unconfirmed: readonly string[]
}

const DATABASE = /^(migrations-applied|tables-present|indexes-present|table-.*)$/
const PHASES = /^phase-/

/**
 * The checks of database and plugins as they were when the report was written.
 *
 * The store seals every report it wrote. One with the same provenance is what the folder was published from; where
 * there are several (the database changed in between) the one that agrees with the folder is taken.
 */
export async function knownWorld(folder: string, store: ArtefactStore): Promise<KnownWorld> {
  const own = await worldOf(folder)
  const sealed = await sealedWorlds(folder, store)
  const same = sealed.find((world) => canonicalJson(world) === canonicalJson(own))
  const checks = same ?? sealed[0]
  if (checks) return { checks, unconfirmed: [] }
  return { checks: own, unconfirmed: [...own.database, ...own.phases].map(({ check }) => check) }
}

async function worldOf(folder: string): Promise<WorldChecks> {
  const file = await readJson<Partial<InfrastructureVerification>>(join(folder, REPORT_FILES.infrastructure)).catch(
    () => null,
  )
  const checks = Array.isArray(file?.checks) ? file.checks : []
  const named = (pattern: RegExp) => checks.filter((one) => pattern.test(String(one?.check)))
  return { database: named(DATABASE), phases: named(PHASES) }
}

/** Worlds of the stored reports whose provenance is the folder's, of those that still are what was written. */
async function sealedWorlds(folder: string, store: ArtefactStore): Promise<WorldChecks[]> {
  const provenance = await readFile(join(folder, 'provenance.json'), 'utf8')
  const shelf = join(store.root, 'report')
  const worlds: WorldChecks[] = []
  for (const hash of (await readdir(shelf).catch(() => [])).filter((name) => /^[0-9a-f]{64}$/.test(name)).sort()) {
    const stored = await readFile(join(shelf, hash, 'provenance.json'), 'utf8').catch(() => null)
    if (stored !== provenance) continue
    const intact = await store.open('report', hash, null).catch(() => null)
    if (intact) worlds.push(await worldOf(intact.folder))
  }
  return worlds
}
