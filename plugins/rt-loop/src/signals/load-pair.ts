import { join } from 'node:path'

import type { Contributions } from 'kwx'
import { loadCity } from 'kwx/cities'
import { loadProductionConfig } from 'kwx/config'
import { checkFeatureSet, type FeatureSet } from 'kwx/features'
import { modelFolders } from 'kwx/model-store'
import type { Settings } from 'kwx/settings'

import { fittedPool } from './fitted-pool.ts'
import { modelsOf, type Pair } from './pair.ts'

/** A pair whose models can be asked for anew. */
export interface LivePair extends Pair {
  /** Looks at the disk again at the next question: a promotion may have come. */
  forgetModels(): void
}

/**
 * A configuration as the loop runs it.
 *
 * Models come from what is promoted, or from `modelDir`, which makes every signal a candidate's. The pool is the one that
 * `kwx blend` fitted for this city and bracket; without one the weight is 0 and the market decides alone.
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
    pool: await fittedPool(
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
