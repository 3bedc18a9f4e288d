import { join } from 'node:path'

import type { Artefact, StepContext } from 'kwx'
import { readJson } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import { dataFingerprint } from 'kwx/database'
import { parseDay } from 'kwx/time'

/** Digest of the rows that a configuration's dataset, and an audit of it, depend on. */
export async function datasetFingerprint(
  ctx: StepContext,
  _params: object,
  inputs: Readonly<Record<string, Artefact>>,
): Promise<string> {
  const { config } = await readJson<LoadedConfig>(join(inputs['config']!.folder, 'config.json'))
  const city = await loadCity(ctx.contributions, config.city)
  return dataFingerprint(await ctx.database(), {
    city: city.id,
    fromDay: parseDay(config.start_date),
    toDay: parseDay(config.end_date),
    station: config.observation_station ?? city.station,
    priceSource: config.price_source,
  })
}
