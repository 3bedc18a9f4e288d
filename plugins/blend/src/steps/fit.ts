import { join } from 'node:path'

import { defineStep, EXIT, KwxError, type StepResult } from 'kwx'
import { readJson } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import { dataFingerprint } from 'kwx/database'
import { parseDay } from 'kwx/time'

import { gridFile } from '../services/grid-file.ts'
import { ladderIndex } from '../services/ladder-index.ts'
import type { PilotRows } from '../services/pilot-rows.ts'
import { readLadders } from '../services/read-ladders.ts'
import { readPilot } from '../services/read-pilot.ts'
import { walkWindows } from '../services/walk-windows.ts'
import { writeBlend } from '../services/write-blend.ts'

const readConfig = (folder: string) => readJson<LoadedConfig>(join(folder, 'config.json'))

export default defineStep({
  title: 'pool the model with the market',
  version: '8',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: { config: 'config', features: 'features', labels: 'labels', pilot: 'pilot' },
  produces: { blend: 'blend' },

  // The ladder's prices come from the database: every bracket, not only the pilot's.
  async fingerprint(ctx, _params, inputs) {
    const { config } = await readConfig(inputs['config']!.folder)
    const city = await loadCity(ctx.contributions, config.city)
    return dataFingerprint(await ctx.database(), {
      city: city.id,
      fromDay: parseDay(config.start_date),
      toDay: parseDay(config.end_date),
      station: config.observation_station ?? city.station,
      priceSource: config.price_source,
    })
  },

  async run(ctx, _params, inputs): Promise<StepResult> {
    const { name, config } = await readConfig(inputs['config']!.folder)
    const { hash, folder, origin } = inputs['pilot']!
    const from = origin ?? inputs['features']!.origin
    if (!from) {
      throw new KwxError('The pilot does not say whether its rows are real, replayed or simulated.', {
        code: 'BLEND_ORIGIN_UNKNOWN',
        exit: EXIT.error,
        hint: 'Run the pipeline again with --force, so that each artefact states the origin of its rows.',
      })
    }
    const city = await loadCity(ctx.contributions, config.city)
    const predictions = await readPilot(folder, config)
    const days = [...new Set(predictions.rows.day)].sort((a, b) => a - b)
    const batches = readLadders(await ctx.database(), city, config, days)
    const { ladders, devigged } = await ladderIndex(predictions, batches, config.benchmark)
    const pilots: PilotRows[] = [
      {
        name,
        city: config.city,
        bracket: config.bracket,
        pilot: hash,
        origin: from,
        embargoDays: config.embargo_days,
        windows: predictions.windows,
        rows: { ...predictions.rows, devigged },
        ladders,
      },
    ]
    const walk = walkWindows(pilots, config.seed)
    const file = gridFile(pilots, walk, config.seed, {
      benchmarks: [config.benchmark],
      delta: config.gates.min_effect,
    })
    const blend = await ctx.write('blend', (to) => writeBlend(to, file, pilots, walk, ctx.contributions), {
      origin: from,
    })
    return { artefacts: { blend }, summary: file.verdict.sentence }
  },
})
