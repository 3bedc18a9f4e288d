import { join } from 'node:path'

import { defineStep } from 'kwx'
import { readJson } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import { parseDay } from 'kwx/time'

import { assertPresent, ingestCity, missingData, sayPresent } from '../services/ingest/ingest-city.ts'
import { faultLines, sentenceOf } from '../services/ingest/report-lines.ts'

export default defineStep({
  title: 'ingest what is missing',
  version: '1',
  always: true,
  params: { type: 'object', additionalProperties: false, properties: {} },
  consumes: { config: 'config' },
  produces: {},
  async run(ctx, _params, { config: artefact }) {
    const { config } = await readJson<LoadedConfig>(join(artefact!.folder, 'config.json'))
    const city = await loadCity(ctx.contributions, config.city)
    const options = {
      db: await ctx.database(),
      clock: ctx.clock,
      city,
      fromDay: parseDay(config.start_date),
      toDay: parseDay(config.end_date),
      priceSource: config.price_source,
      station: config.observation_station ?? city.station,
      signal: ctx.signal,
      workers: ctx.workers,
      log: (line: string) => ctx.log(line),
      progress: (done: number, total: number, unit: string) => ctx.progress(done, total, unit),
    }
    if (ctx.offline) {
      await assertPresent(options)
      return { artefacts: {}, summary: await sayPresent(options) }
    }
    if ((await missingData(options)).length === 0) return { artefacts: {}, summary: await sayPresent(options) }
    const reports = await ingestCity({ ...options, sources: await ctx.sources() })
    for (const line of reports.flatMap(faultLines)) ctx.log(line)
    return { artefacts: {}, summary: reports.map(sentenceOf).join('; ') }
  },
})
