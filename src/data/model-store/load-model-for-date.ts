import { lstat, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT, KwxError } from '../../base/errors.ts'
import { chooseWindow } from '../../domain/model/choose-window.ts'
import type { ModelFile } from '../../domain/model/model-file.ts'
import { readModelFile } from './read-model-file.ts'

/** A model that may be used on a date, and where it lies. */
export interface LoadedModel {
  readonly model: ModelFile
  readonly file: string
  /** One sentence when the date lies after the window's last test day; null while the model is fresh. */
  readonly stale: string | null
}

/**
 * The walk-forward model of a city and bracket that production may use on a date: `chooseWindow` over what is on disk.
 *
 * @param date  ISO climate day
 * @param modelDir  a folder with `<city>/<bracket>/win_*\/model.json` (`models/trained`), or one pilot's own folder
 *   with `win_*\/model.json`
 * @throws KwxError MODEL_NONE, MODEL_SAW_DATE (exit 5) as `chooseWindow`
 * @throws KwxError MODEL_INVALID, MODEL_EDITED, MODEL_MISPLACED (exit 1) for any window that cannot be trusted
 */
export async function loadModelForDate(
  city: string,
  bracket: string,
  date: string,
  modelDir: string,
): Promise<LoadedModel> {
  const ownFolder = await followed(join(modelDir, city, bracket))
  const inOwn = await windowsIn(ownFolder)
  const folder = inOwn.length > 0 ? ownFolder : await followed(modelDir)
  const windows = inOwn.length > 0 ? inOwn : await windowsIn(folder)
  if (windows.length === 0) {
    throw new KwxError(`There is no trained window of ${city} ${bracket} in ${ownFolder} or ${modelDir}.`, {
      code: 'MODEL_NONE',
      exit: EXIT.stale,
      hint: 'Train one with "kwx train --config FILE".',
      details: { city, bracket, modelDir },
    })
  }
  const models = await Promise.all(
    windows.map((window) => readModel(join(folder, window, 'model.json'), city, bracket)),
  )
  const { chosen, stale } = chooseWindow(models, date)
  return { model: chosen, file: join(folder, chosen.window, 'model.json'), stale }
}

/** What is published is a link that may be moved at any moment: followed once, all windows are of one version. */
async function followed(folder: string): Promise<string> {
  const found = await lstat(folder).catch(() => null)
  return found?.isSymbolicLink() ? realpath(folder).catch(() => folder) : folder
}

async function windowsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^win_\d{8}_\d{8}$/.test(name)).sort()
}

async function readModel(file: string, city: string, bracket: string): Promise<ModelFile> {
  const model = await readModelFile(file)
  if (model.city !== city || model.bracket !== bracket) {
    throw new KwxError(`${file} is a model of ${model.city} ${model.bracket}, expected ${city} ${bracket}.`, {
      code: 'MODEL_MISPLACED',
      exit: EXIT.error,
      hint: 'Move the model to the folder of its own city and bracket.',
      details: { file, city: model.city, bracket: model.bracket },
    })
  }
  return model
}
