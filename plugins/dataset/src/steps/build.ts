import { join } from 'node:path'

import { type Artefact, defineStep } from 'kwx'
import { readJson, writeJson } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import { dataFingerprint } from 'kwx/database'
import type { FeatureSet } from 'kwx/features'
import { parseDay } from 'kwx/time'

import { type Built, buildDataset } from '../services/build/build-dataset.ts'
import { checkData, stationOf } from '../services/build/check-data.ts'
import { type DatasetConfig, datasetConfig } from '../services/build/dataset-config.ts'
import { sealed } from '../services/build/labels.ts'
import { readData } from '../services/build/read-data.ts'

/** A configuration without what only training and judging read: another number of trials needs no other dataset. */
async function readConfig({ folder }: Artefact): Promise<DatasetConfig> {
  return datasetConfig((await readJson<LoadedConfig>(join(folder, 'config.json'))).config)
}

export default defineStep({
  title: 'build the as-of dataset',
  version: '3',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: { config: 'config' },
  partOf: { config: readConfig },
  produces: { features: 'features', labels: 'labels', completeness: 'completeness' },

  async fingerprint(ctx, _params, inputs) {
    const config = await readConfig(inputs['config']!)
    const city = await loadCity(ctx.contributions, config.city)
    return dataFingerprint(await ctx.database(), {
      city: city.id,
      fromDay: parseDay(config.start_date),
      toDay: parseDay(config.end_date),
      station: stationOf(city, config.observation_station),
      priceSource: config.price_source,
    })
  },

  async run(ctx, _params, inputs) {
    const config = await readConfig(inputs['config']!)
    const city = await loadCity(ctx.contributions, config.city)
    const set = await ctx.contributions.load<FeatureSet>('featureSets', config.feature_set)
    const data = await readData(await ctx.database(), city, config)
    const origin = checkData(data, city, config)
    let built: Built | undefined
    const features = await ctx.write(
      'features',
      async (folder) => {
        built = await buildDataset({ city, config, set, data, folder, signal: ctx.signal, progress: ctx.progress })
        await writeJson(join(folder, 'features.json'), built.features)
      },
      { origin },
    )
    const { labels, completeness } = built!
    const content = { city: city.id, bracket: config.bracket, labels: labels.labels.map(sealed) }
    const write = (kind: string, value: unknown) =>
      ctx.write(kind, (folder) => writeJson(join(folder, `${kind}.json`), value), { origin })
    return {
      artefacts: {
        features,
        labels: await write('labels', content),
        completeness: await write('completeness', completeness),
      },
      summary: `${completeness.rows.after} of ${completeness.rows.before} rows, ${set.features.length} features, gate ${completeness.gate.status}`,
    }
  },
})
