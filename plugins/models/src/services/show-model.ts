import { existsSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { EXIT, KwxError, type Provenance } from 'kwx'
import type { ModelFile, ParametersFile } from 'kwx/model'

import type { ShownEProcess } from './e-process.ts'
import { type Listed, listModels } from './list-models.ts'
import { readChecked } from './read-checked.ts'
import { readWindows } from './read-windows.ts'
import { provenanceSchema } from './schemas.ts'
import { foldersOf, type World } from './world.ts'

/** One window in full. */
interface ShownWindow {
  readonly window: string
  readonly id: string
  readonly hyper_parameters: ModelFile['hyper_parameters']
  readonly certificate: ModelFile['certificate']
  readonly calibrator: string
  readonly calibration: string
  readonly training: ModelFile['training']
  readonly calibration_days: readonly string[]
  readonly test: ModelFile['test']
  readonly data: ModelFile['data']
  readonly features: readonly string[]
  readonly nonzero_coefficients: number
  readonly search: {
    readonly method: string
    readonly trials: number
    readonly chosen: ParametersFile['trials'][number] | null
  }
  readonly seed: number
  readonly kwx: string
}

export interface Shown {
  readonly folder: string
  readonly name: string
  readonly city: string
  readonly bracket: string
  readonly feature_set: string
  /** Its line of the list, where it is one of the project's. */
  readonly listed: Listed | null
  /** Of a pilot or version that is live as champion, how it does against the market since its promotion. */
  readonly e_process: ShownEProcess | null
  readonly provenance: Provenance | null
  readonly windows: readonly ShownWindow[]
}

/**
 * One pilot, promoted version or window in full.
 *
 * @param what  a folder, or the beginning of a hash of at least 6 digits: of a pilot, a version or a model
 * @throws KwxError MODELS_UNKNOWN (exit 2) when nothing, or more than one thing, is called so; and as `readWindows`
 */
export async function showModel(world: World, what: string): Promise<Shown> {
  const listed = await listModels(world, {})
  const { folder, window } = await find(world, what, listed)
  const { pilot, windows } = await readWindows(folder)
  const real = await realpath(folder)
  const own = await Promise.all(listed.map((one) => realpath(one.folder).catch(() => null)))
  const line = listed[own.indexOf(real)] ?? null
  const provenance = join(folder, 'provenance.json')
  return {
    ...{ folder, name: pilot.name, city: pilot.city, bracket: pilot.bracket, feature_set: pilot.feature_set },
    listed: line,
    e_process: line?.e_process ?? null,
    provenance: existsSync(provenance) ? await readChecked<Provenance>(provenance, provenanceSchema) : null,
    windows: windows.filter(({ model }) => window === null || model.window === window).map(shown),
  }
}

function shown({ model, parameters }: { model: ModelFile; parameters: ParametersFile }): ShownWindow {
  const { id, window, hyper_parameters, certificate, training, test, data, features, seed, kwx } = model
  return {
    ...{ window, id, hyper_parameters, certificate, training, test, data, features, seed, kwx },
    calibrator: model.calibrator.method,
    calibration: model.calibration.reason,
    calibration_days: model.calibration.days,
    nonzero_coefficients: model.coefficients.filter((beta) => beta !== 0).length,
    search: {
      method: parameters.method,
      trials: parameters.trials.length,
      chosen: parameters.trials[parameters.chosen] ?? null,
    },
  }
}

async function find(world: World, what: string, listed: readonly Listed[]) {
  if (existsSync(what)) {
    const isWindow = existsSync(join(what, 'model.json'))
    const folder = isWindow ? dirname(await realpath(what)) : what
    return { folder, window: isWindow ? basename(await realpath(what)) : null }
  }
  const found = /^[0-9a-f]{6,64}$/.test(what) ? await byHash(world, what, listed) : []
  if (found.length === 1) return found[0]!
  const many = found.map(({ folder, window }) => (window ? join(folder, window) : folder)).join(', ')
  throw new KwxError(found.length > 1 ? `${what} may be ${many}.` : `There is no model, version or folder ${what}.`, {
    code: 'MODELS_UNKNOWN',
    exit: EXIT.usage,
    hint: found.length > 1 ? 'Give more digits, or one of the folders.' : 'List what there is with "kwx models list".',
  })
}

/** Pilots first, then versions, then single windows: a window of a live pilot lies in both, and is the same. */
async function byHash(world: World, digits: string, listed: readonly Listed[]) {
  const pilots = listed.filter(({ kind, id }) => kind === 'pilot' && id?.startsWith(digits))
  if (pilots.length > 0) return pilots.map(({ folder }) => ({ folder, window: null }))
  const { versions } = foldersOf(world)
  const names = (await readdir(versions).catch(() => [])).filter((name) => /^[0-9a-f]{64}$/.test(name))
  const exact = names.filter((name) => name.startsWith(digits))
  if (exact.length > 0) return exact.map((name) => ({ folder: join(versions, name), window: null }))
  const windows = new Map<string, { folder: string; window: string }>()
  for (const folder of [...listed.map((one) => one.folder), ...names.map((name) => join(versions, name))]) {
    const read = await readWindows(folder).catch(() => null)
    for (const { model } of read?.windows ?? []) {
      if (model.id.startsWith(digits) && !windows.has(model.id)) windows.set(model.id, { folder, window: model.window })
    }
  }
  return [...windows.values()]
}
