import { lstat } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT, KwxError } from 'kwx'
import { sha256File } from 'kwx/artefacts'
import type { ModelFile, ParametersFile, PilotFile } from 'kwx/model'
import { readModelFile } from 'kwx/model-store'

import { readChecked } from './read-checked.ts'
import { parametersSchema, pilotSchema } from './schemas.ts'

/** One fitted window of a pilot, parsed. */
interface ReadWindow {
  readonly model: ModelFile
  readonly parameters: ParametersFile
  /** SHA-256 of `parameters.json`. */
  readonly parametersHash: string
}

export interface ReadWindows {
  readonly pilot: PilotFile
  readonly windows: readonly ReadWindow[]
}

/**
 * Parses a pilot's folder, or the folder of a promoted version: every window's model and parameters.
 *
 * @throws KwxError MODELS_NO_PILOT (exit 2) when the folder is none
 * @throws KwxError MODEL_NONE (exit 5) when no window was fitted
 * @throws KwxError MODEL_PARAMETERS_MISSING, MODEL_MISPLACED (exit 1), and as `readModelFile`
 */
export async function readWindows(folder: string): Promise<ReadWindows> {
  const about = join(folder, 'pilot.json')
  if (!(await isFile(about))) {
    throw new KwxError(`${folder} is not a pilot: it has no pilot.json.`, {
      code: 'MODELS_NO_PILOT',
      exit: EXIT.usage,
      hint: 'List pilots with "kwx models list", or train one with "kwx train --config FILE".',
    })
  }
  const pilot = await readChecked<PilotFile>(about, pilotSchema)
  const windows: ReadWindow[] = []
  for (const { window, outcome } of pilot.windows) {
    if (outcome === 'fitted') windows.push(await readWindow(join(folder, window), window, pilot))
  }
  if (windows.length === 0) {
    throw new KwxError(`No window of ${folder} could be fitted.`, {
      code: 'MODEL_NONE',
      exit: EXIT.stale,
      hint: 'Train on more days: see the reasons in its pilot.json.',
    })
  }
  return { pilot, windows }
}

async function readWindow(folder: string, window: string, pilot: PilotFile): Promise<ReadWindow> {
  const model = await readModelFile(join(folder, 'model.json'))
  const stated = [model.city, model.bracket, model.feature_set, model.window].join(' ')
  const expected = [pilot.city, pilot.bracket, pilot.feature_set, window].join(' ')
  if (stated !== expected) throw misplaced(join(folder, 'model.json'), stated, expected)
  const file = join(folder, 'parameters.json')
  if (!(await isFile(file))) {
    throw new KwxError(`The model of ${window} lacks its parameters: there is no ${file}.`, {
      code: 'MODEL_PARAMETERS_MISSING',
      exit: EXIT.error,
      hint: 'Take the folder from its pilot again, or train anew with "kwx train --config FILE".',
      details: { window, file },
    })
  }
  const parameters = await readChecked<ParametersFile>(file, parametersSchema)
  if (parameters.window !== window) throw misplaced(file, parameters.window, window)
  return { model, parameters, parametersHash: await sha256File(file) }
}

const misplaced = (file: string, stated: string, expected: string) =>
  new KwxError(`${file} is of ${stated}, expected ${expected}.`, {
    code: 'MODEL_MISPLACED',
    exit: EXIT.error,
    hint: 'Take the folder from where it was made again.',
    details: { file },
  })

const isFile = (file: string) =>
  lstat(file).then(
    (found) => found.isFile(),
    () => false,
  )
