import { join } from 'node:path'

import { defineStep } from 'kwx'
import { readJson, readTable } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import type { LabelsFile } from 'kwx/contracts'
import { parseDay } from 'kwx/time'

import { datasetFingerprint } from '../services/dataset-fingerprint.ts'
import { auditTime } from '../services/time/audit-time.ts'
import { writeReport } from '../services/write-report.ts'

export default defineStep({
  title: 'audit the days of all rows',
  version: '1',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: { config: 'config', features: 'features', labels: 'labels' },
  produces: { time_audit: 'time-audit' },
  fingerprint: datasetFingerprint,

  async run(ctx, _params, inputs) {
    const { config } = await readJson<LoadedConfig>(join(inputs['config']!.folder, 'config.json'))
    const city = await loadCity(ctx.contributions, config.city)
    const { labels } = await readJson<LabelsFile>(join(inputs['labels']!.folder, 'labels.json'))
    const report = await auditTime({
      db: await ctx.database(),
      city,
      span: { fromDay: parseDay(config.start_date), toDay: parseDay(config.end_date) },
      dataset: {
        bracket: config.bracket,
        priceSource: config.price_source,
        station: config.observation_station ?? city.station,
        table: await readTable(join(inputs['features']!.folder, 'features.parquet')),
        labels,
      },
      signal: ctx.signal,
    })
    const write = (folder: string) => writeReport(folder, 'time', report, ctx.contributions)
    const time_audit = await ctx.write('time-audit', write, { origin: report.origin })
    return { artefacts: { time_audit }, summary: `${report.verdict.outcome}: ${report.verdict.sentence}` }
  },
})
