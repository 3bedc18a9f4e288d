import { existsSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

import { isKwxError, type Origin } from 'kwx'
import { loadCity } from 'kwx/cities'
import type { Bracket } from 'kwx/config'
import { chooseWindow, type ModelFile } from 'kwx/model'
import { climateDayAtMs, formatDay } from 'kwx/time'
import type { Place, Role } from '../storage/registry.ts'

import { type ShownEProcess, shownEProcess } from './e-process.ts'
import { liveVersion } from './live-link.ts'
import { recover } from './pending.ts'
import { readChecked } from './read-checked.ts'
import { readPilot } from './read-pilot.ts'
import { readReport, type Summary } from './read-report.ts'
import { summarySchema } from './schemas.ts'
import { readVersion } from './version.ts'
import { foldersOf, offsetOf, type World } from './world.ts'

/** A pilot or a live version as a line of the list; figures are null where it cannot be trusted. */
export interface Listed {
  readonly kind: 'pilot' | Role
  readonly city: string
  readonly bracket: string
  readonly name: string | null
  readonly folder: string
  /** Hash of the pilot artefact. */
  readonly id: string | null
  /** Of a live entry. */
  readonly version: string | null
  readonly windows: number | null
  /** First training day, and first and last test day over all windows. */
  readonly trained_from: string | null
  readonly tested: readonly [string, string] | null
  readonly origin: Origin | null
  /** Outcome of the acceptance report that judges this pilot; null where none does. */
  readonly verdict: string | null
  /** Roles in which it is live. */
  readonly live: readonly Role[]
  /** One sentence when today lies after the last test day of the window that today would get. */
  readonly stale: string | null
  /** Of what is live as champion, how it does against the market; null for anything else. */
  readonly e_process: ShownEProcess | null
  /** Why the entry cannot be used; null when it can. */
  readonly problem: { readonly code: string; readonly message: string } | null
}

interface ListFilter {
  readonly city?: string | undefined
  readonly bracket?: string | undefined
}

const ROLES: readonly Role[] = ['champion', 'challenger']
const NOTHING = {
  id: null,
  version: null,
  windows: null,
  trained_from: null,
  tested: null,
  origin: null,
  verdict: null,
  e_process: null,
}

/** Pilots for study and what is live, by city and bracket. An entry that cannot be trusted is listed with the reason. */
export async function listModels(world: World, { city, bracket }: ListFilter): Promise<Listed[]> {
  await recover(world)
  const filter = { city: city === undefined ? city : (await loadCity(world.contributions, city)).id, bracket }
  const folders = foldersOf(world)
  const listed: Listed[] = []
  for (const { city, bracket, folder } of await brackets(folders.pilots, filter)) {
    for (const name of await subfolders(folder))
      listed.push(await onePilot(world, join(folder, name), city, bracket, name))
  }
  for (const role of ROLES) {
    for (const { city, bracket, folder } of await brackets(folders[role], filter)) {
      listed.push(await oneLive(world, folder, city, bracket, role))
    }
  }
  const live = listed.filter(({ kind }) => kind !== 'pilot')
  return listed.map((entry) => {
    if (entry.kind !== 'pilot' || entry.id === null) return entry
    const here = live.filter(({ id }) => id === entry.id)
    const champion = here.find(({ kind }) => kind === 'champion')
    return {
      ...entry,
      live: ROLES.filter((role) => here.some(({ kind }) => kind === role)),
      e_process: champion?.e_process ?? null,
    }
  })
}

/** Where the files say that something is live. */
export async function livePlaces(world: World): Promise<Place[]> {
  const folders = foldersOf(world)
  const found = await Promise.all(
    ROLES.map(async (role) =>
      (await brackets(folders[role], {})).map(({ city, bracket }) => ({ city, bracket: bracket as Bracket, role })),
    ),
  )
  return found.flat()
}

async function onePilot(world: World, folder: string, city: string, bracket: string, name: string): Promise<Listed> {
  const about = { kind: 'pilot' as const, city, bracket, name, folder }
  return listing(about, async () => {
    const { hash, origin, windows } = await readPilot(world, folder)
    return {
      id: hash,
      version: null,
      origin,
      ...(await figures(
        world,
        city,
        windows.map(({ model }) => model),
      )),
      ...{ verdict: await verdictOf(world, city, bracket, hash) },
    }
  })
}

async function oneLive(world: World, folder: string, city: string, bracket: string, role: Role): Promise<Listed> {
  const about = { kind: role, city, bracket, name: null, folder }
  return listing(about, async () => {
    const place: Place = { city, bracket: bracket as Bracket, role }
    const version = await liveVersion(world, place)
    if (version === null) throw new Error('A folder that kwx did not promote; its history is unknown.')
    const { pilot, pilotHash, windows, folder: own } = await readVersion(world, version)
    const report = join(own, 'acceptance/01_model_validation_summary.json')
    const summary = existsSync(report) ? await readChecked<Summary>(report, summarySchema) : null
    const origin = summary?.origin ?? (await world.store.sidecar('pilot', pilotHash))?.origin ?? null
    const verdict = summary?.verdict.outcome ?? null
    return {
      name: pilot.name,
      id: pilotHash,
      version,
      origin,
      verdict,
      live: [role],
      e_process: await shownEProcess(world, place, version),
      ...(await figures(
        world,
        city,
        windows.map(({ model }) => model),
      )),
    }
  })
}

type About = Pick<Listed, 'kind' | 'city' | 'bracket' | 'name' | 'folder'>

async function listing(about: About, read: () => Promise<Partial<Listed>>): Promise<Listed> {
  const empty = { ...about, ...NOTHING, live: about.kind === 'pilot' ? [] : [about.kind], stale: null, problem: null }
  try {
    return { ...empty, ...(await read()) }
  } catch (error) {
    const code = isKwxError(error) ? error.code : 'MODELS_UNREADABLE'
    return { ...empty, problem: { code, message: (error as Error).message } }
  }
}

async function figures(world: World, city: string, models: readonly ModelFile[]) {
  const tests = models.flatMap(({ test }) => [test.first_day, test.last_day]).sort()
  const today = formatDay(climateDayAtMs(world.clock.now(), await offsetOf(world, city)))
  return {
    windows: models.length,
    trained_from: models.map(({ training }) => training.first_day).sort()[0]!,
    tested: [tests[0]!, tests.at(-1)!] as const,
    stale: staleOn(models, today),
  }
}

function staleOn(models: readonly ModelFile[], today: string): string | null {
  try {
    return chooseWindow(models, today).stale
  } catch {
    return null // it was trained on later days than today, as in a replay: too new is not stale
  }
}

/** The outcome of any acceptance report of this city and bracket that judges the pilot. */
async function verdictOf(world: World, city: string, bracket: string, pilot: string): Promise<string | null> {
  const { reports } = world.settings.directories
  for (const name of await subfolders(reports)) {
    if (!name.endsWith(`_${city}_${bracket}`)) continue
    // A report that was edited, or cannot be read, judges nothing.
    const report = await readReport(world, join(reports, name)).catch(() => null)
    if (report?.inputs['pilot'] === pilot) return report.summary.verdict.outcome
  }
  return null
}

async function brackets(root: string, { city, bracket }: ListFilter) {
  const found: { city: string; bracket: string; folder: string }[] = []
  for (const one of await subfolders(root)) {
    if (city !== undefined && one !== city) continue
    for (const other of await subfolders(join(root, one))) {
      if (bracket === undefined || other === bracket)
        found.push({ city: one, bracket: other, folder: join(root, one, other) })
    }
  }
  return found
}

/** Names of folders and links, without the hidden ones that hold versions. */
async function subfolders(folder: string): Promise<string[]> {
  const real = await realpath(folder).catch(() => folder)
  const entries = await readdir(real, { withFileTypes: true }).catch(() => [])
  const isShown = (name: string) => !name.startsWith('.') && !name.includes('.tmp-')
  return entries
    .filter((entry) => isShown(entry.name) && (entry.isDirectory() || entry.isSymbolicLink()))
    .map(({ name }) => name)
    .sort()
}
