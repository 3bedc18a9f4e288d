import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { readJson } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import { loadProductionConfig } from 'kwx/config'
import { checkFeatureSet, type FeatureSet } from 'kwx/features'
import { modelFolders } from 'kwx/model'
import type { BlendGridFile } from 'kwx/reports'
import type { Settings } from 'kwx/settings'

import { modelsOf, type Pair } from './pair.ts'

/** A pair whose models can be asked for anew. */
export interface LivePair extends Pair {
  /** Looks at the disk again at the next question: a promotion may have come. */
  forgetModels(): void
}

/**
 * A configuration as the loop runs it.
 *
 * Models come from what is promoted, or from `modelDir`, which makes every signal a candidate's. The weight in the pool
 * is the one that `kwx blend` fitted for this city and bracket; without one it is 0 and the market decides alone.
 *
 * @throws KwxError CONFIG_INVALID and what contributions throw (exit 2)
 */
export async function loadPair(
  file: string,
  { contributions, settings }: { readonly contributions: Contributions; readonly settings: Settings },
  modelDir: string | undefined,
): Promise<LivePair> {
  const loaded = await loadProductionConfig(file, contributions)
  const city = await loadCity(contributions, loaded.config.city)
  const set = await contributions.load<FeatureSet>('featureSets', loaded.config.feature_set)
  checkFeatureSet(set)
  const { champion, challenger } = modelFolders(settings.directories.models)
  const folder = modelDir ?? loaded.config.model_dir ?? champion
  const models = modelsOf({ loaded, city, set }, folder)
  const beside = modelDir === undefined ? modelsOf({ loaded, city, set }, challenger) : null
  return {
    loaded,
    city,
    set,
    station: loaded.config.observation_station ?? city.station,
    weight: await fittedWeight(
      // A promoted model brings the reports it was promoted on; a candidate has only what was published.
      modelDir === undefined
        ? join(folder, city.id, loaded.config.bracket, 'acceptance')
        : join(settings.directories.reports, `phase1_${city.id}_${loaded.config.bracket}`),
      city.id,
      loaded.config.bracket,
    ),
    candidate: modelDir !== undefined,
    modelFor: models.modelFor,
    ...(beside ? { challengerFor: beside.modelFor } : {}),
    forgetModels() {
      models.forget()
      beside?.forget()
    },
  }
}

async function fittedWeight(folder: string, city: string, bracket: string): Promise<Pair['weight']> {
  const file = join(folder, '08_blend_grid.json')
  const there = await access(file).then(
    () => true,
    () => false,
  )
  if (!there) return { value: 0, source: 'no fitted weight: the market alone' }
  const { weight, city: of, bracket: kind } = await readJson<BlendGridFile>(file)
  const isWeight = typeof weight?.value === 'number' && weight.value >= 0 && weight.value <= 1
  if (of === city && kind === bracket && isWeight) {
    return { value: weight.value, source: weight.reason }
  }
  throw new KwxError(`${file} holds no weight for ${city} ${bracket}.`, {
    code: 'RT_WEIGHT_INVALID',
    exit: EXIT.usage,
    hint: 'Fit it again with "kwx blend --config FILE".',
    details: { file, city: of, bracket: kind, weight: weight?.value },
  })
}
