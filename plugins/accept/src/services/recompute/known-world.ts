import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type ArtefactStore, canonicalJson, readJson } from 'kwx/artefacts'

import {
  type Evaluations,
  type ExclusionAudit,
  type InfrastructureVerification,
  type JudgedSummary,
  REPORT_FILES,
} from '../../reports.ts'
import type { WorldChecks } from '../infrastructure.ts'

/** What files 02 and 05 say of the database and the plugins, which no artefact can tell. */
interface KnownWorld {
  readonly checks: WorldChecks
  /** What file 01 says that the ledger counted. */
  readonly evaluations: Evaluations
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
  const known = same ?? sealed[0]
  const counted = `${REPORT_FILES.summary}: evaluations, taken as the report states them`
  if (known) return { ...known, unconfirmed: [counted] }
  const { database, phases } = own.checks
  const named = [...database, ...phases].map(({ check }) => `${REPORT_FILES.infrastructure}: ${check}`)
  const lists = CITY_LISTS.map((name) => `${REPORT_FILES.exclusion}: ${name}`)
  return { ...own, unconfirmed: [counted, ...lists, ...named] }
}

type World = Omit<KnownWorld, 'unconfirmed'>

async function worldOf(folder: string): Promise<World> {
  const summary = await readJson<Partial<JudgedSummary>>(join(folder, REPORT_FILES.summary)).catch(() => null)
  return { checks: await checksOf(folder), evaluations: evaluationsOf(summary?.evaluations) }
}

/** What is stated, as far as it is of the right kind: the rest differs from what the report must hold. */
function evaluationsOf(stated: Partial<Evaluations> | undefined): Evaluations {
  const { count, unknown_before, sentence } = stated ?? {}
  return {
    count: Number.isInteger(count) ? count! : 0,
    unknown_before: typeof unknown_before === 'string' ? unknown_before : null,
    sentence: typeof sentence === 'string' ? sentence : '',
  }
}

async function checksOf(folder: string): Promise<WorldChecks> {
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
async function sealedWorlds(folder: string, store: ArtefactStore): Promise<World[]> {
  const provenance = await readFile(join(folder, 'provenance.json'), 'utf8')
  const shelf = join(store.root, 'report')
  const worlds: World[] = []
  for (const hash of (await readdir(shelf).catch(() => [])).filter((name) => /^[0-9a-f]{64}$/.test(name)).sort()) {
    const stored = await readFile(join(shelf, hash, 'provenance.json'), 'utf8').catch(() => null)
    if (stored !== provenance) continue
    const intact = await store.open('report', hash, null).catch(() => null)
    if (intact) worlds.push(await worldOf(intact.folder))
  }
  return worlds
}
