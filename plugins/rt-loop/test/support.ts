import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { loadCity } from 'kwx/cities'
import { loadProductionConfig } from 'kwx/config'
import { designNames, type FeatureSet } from 'kwx/features'
import { type ModelFile, NO_HEAD } from 'kwx/model'

import { modelExample } from '../../../test/support/model-example.ts'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { modelsOf } from '../src/signals/pair.ts'

/** Where and when a pair trades. */
export interface Scene {
  readonly city: string
  readonly station: string
  readonly priceSource: 'trades' | 'candles'
  /** The model's test days. */
  readonly days: readonly [string, string]
}
const MIAMI: Scene = {
  city: 'miami',
  station: 'KMIA',
  priceSource: 'trades',
  days: ['2025-02-19', '2025-02-25'],
}

const configOf = ({ city, priceSource }: Scene) => `city: ${city}
bracket: between
feature_set: elasticnet_rich
start_date: 2024-11-20
end_date: 2025-02-25
train_days: 42
test_days: 7
step_days: 7
price_source: ${priceSource}
`

/** A folder with `mia.yaml` and a model of the scene's test days, and what the loop makes of them. */
export async function livePair(
  over: Partial<LivePair> = {},
  model: Partial<ModelFile> = {},
  scene: Scene = MIAMI,
): Promise<{ folder: string; pair: LivePair }> {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-loop-'))
  await writeFile(join(folder, 'mia.yaml'), configOf(scene))
  const contributions = repositoryContributions()
  const set = await contributions.load<FeatureSet>('featureSets', 'elasticnet_rich')
  const features = designNames(set)
  const window = model.window ?? 'win_20250108_20250225'
  const own = join(folder, 'models', scene.city, 'between', window)
  await mkdir(own, { recursive: true })
  const file = modelExample({
    city: scene.city,
    bracket: 'between',
    feature_set: 'elasticnet_rich',
    feature_set_version: set.version,
    window,
    features,
    scaling: { mean: features.map(() => 0), scale: features.map(() => 1) },
    // Towards the price, and a little towards the warm side.
    coefficients: features.map((name) => (name === 'yes_mid' ? 0.05 : name === 'temp_to_floor' ? -0.1 : 0)),
    intercept: -2.5,
    calibrator: { method: 'none' },
    calibration: { reason: 'a test', rows: 40, days: ['2025-01-09'] },
    training: {
      first_day: '2025-01-08',
      last_day: '2025-02-18',
      days: ['2025-01-08', '2025-01-10'],
      rows: 80,
      positives: 20,
    },
    test: { first_day: scene.days[0], last_day: scene.days[1] },
    ...model,
  })
  await writeFile(join(own, 'model.json'), JSON.stringify(file))
  const loaded = await loadProductionConfig(join(folder, 'mia.yaml'), contributions)
  const city = await loadCity(contributions, scene.city)
  const { modelFor, forget } = modelsOf({ loaded, city, set }, join(folder, 'models'))
  const pair: LivePair = {
    loaded,
    city,
    set,
    station: scene.station,
    pool: { weight: 0.6, devig: 'none', head: NO_HEAD, source: 'a test' },
    candidate: false,
    modelFor,
    forgetModels: forget,
    ...over,
  }
  return { folder, pair }
}
