import { EXIT, isKwxError, KwxError } from 'kwx'
import type { City } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import { designNames, type FeatureSet } from 'kwx/features'
import type { ModelFile, PoolChoice } from 'kwx/model'
import { loadModelForDate } from 'kwx/model-store'
import { formatDay } from 'kwx/time'

import type { StandDown } from './stand-down.ts'

/** One configuration in the loop: a city and a bracket with what decides about it. */
export interface Pair {
  readonly loaded: LoadedConfig
  readonly city: City
  readonly set: FeatureSet
  /** Whose reports are the weather. */
  readonly station: string
  /** How model and market are pooled, and where that comes from. */
  readonly pool: FittedPool
  readonly candidate: boolean
  /** The model that may be used for an event's day, or why there is none. */
  modelFor(day: number): Promise<UsableModel>
  /** The challenger of that day: asked beside the champion and never acted on; absent for a candidate. */
  challengerFor?(day: number): Promise<UsableModel>
}

/** What `kwx blend` chose: weight, overround and head. */
export interface FittedPool extends PoolChoice {
  readonly source: string
}

/** A model for one day. */
export type UsableModel =
  | { readonly model: ModelFile; readonly standDown: null | 'model_stale'; readonly reason: string | null }
  | {
      readonly model: null
      readonly standDown: Extract<StandDown, 'no_model' | 'model_saw_day'>
      readonly reason: string
    }

const REASONS: Readonly<Record<string, 'no_model' | 'model_saw_day'>> = {
  MODEL_NONE: 'no_model',
  MODEL_SAW_DATE: 'model_saw_day',
}

/**
 * The models of one pair, each day's loaded once and again after `forget`, so that a promotion takes effect without a
 * restart.
 *
 * @throws KwxError RT_MODEL_FEATURES (exit 2) for a model that reads other features than the configuration has
 * @throws KwxError MODEL_INVALID, MODEL_EDITED, MODEL_MISPLACED (exit 1): such a model stops the loop
 */
export function modelsOf(
  { loaded, city, set }: Pick<Pair, 'loaded' | 'city' | 'set'>,
  modelDir: string,
): { modelFor: Pair['modelFor']; forget(): void } {
  const known = new Map<number, Promise<UsableModel>>()
  const { bracket } = loaded.config
  async function load(day: number): Promise<UsableModel> {
    try {
      const { model, stale } = await loadModelForDate(city.id, bracket, formatDay(day), modelDir)
      assertSameFeatures(model, set)
      return { model, standDown: stale === null ? null : 'model_stale', reason: stale }
    } catch (error) {
      const standDown = isKwxError(error) ? REASONS[error.code] : undefined
      if (!standDown) throw error
      return { model: null, standDown, reason: (error as Error).message }
    }
  }
  return {
    modelFor(day) {
      if (!known.has(day)) known.set(day, load(day))
      return known.get(day)!
    },
    forget: () => known.clear(),
  }
}

function assertSameFeatures(model: ModelFile, set: FeatureSet): void {
  const names = designNames(set)
  const same = names.length === model.features.length && names.every((name, k) => name === model.features[k])
  if (same && model.feature_set_version === set.version) return
  throw new KwxError(
    `The model ${model.window} was trained on ${model.feature_set} ${model.feature_set_version}, the loop builds ${set.id} ${set.version}.`,
    {
      code: 'RT_MODEL_FEATURES',
      exit: EXIT.usage,
      hint: 'Train again with "kwx run pilot --config FILE", or start the loop with the configuration of the pilot.',
      details: { window: model.window, model: model.features, loop: names },
    },
  )
}
