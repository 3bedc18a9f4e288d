import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type ArtefactStore, canonicalJson, readJson } from 'kwx/artefacts'

import { type ExclusionAudit, type InfrastructureVerification, REPORT_FILES } from '../../reports.ts'
import type { WorldChecks } from '../infrastructure.ts'

/** What files 02 and 05 say of the database and the plugins, which no artefact can tell. */
interface KnownWorld {
  readonly checks: WorldChecks
  /** Checks and lists, each with its file, that nothing confirms, because the store no longer holds the report as it was written. */
  readonly unconfirmed: readonly string[]
}

const DATABASE = /^(migrations-applied|tables-present|indexes-present|table-.*)$/
const PHASES = /^phase-/
const CITY_LISTS = ['city_config_keys', 'excluded_cities'] as const

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
  const named = [...own.database, ...own.phases].map(({ check }) => `${REPORT_FILES.infrastructure}: ${check}`)
  return { checks: own, unconfirmed: [...CITY_LISTS.map((name) => `${REPORT_FILES.exclusion}: ${name}`), ...named] }
}

async function worldOf(folder: string): Promise<WorldChecks> {
  const read = <File>(name: string) => readJson<Partial<File>>(join(folder, name)).catch(() => null)
  const file = await read<InfrastructureVerification>(REPORT_FILES.infrastructure)
  const exclusion = await read<ExclusionAudit>(REPORT_FILES.exclusion)
  const checks = Array.isArray(file?.checks) ? file.checks : []
  const named = (pattern: RegExp) => checks.filter((one) => pattern.test(String(one?.check)))
  const [installed, gated] = CITY_LISTS.map((name) => texts(exclusion?.[name]))
  return { database: named(DATABASE), phases: named(PHASES), cities: { installed: installed!, gated: gated! } }
}

const texts = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : []

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
