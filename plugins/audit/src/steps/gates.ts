import { join } from 'node:path'

import { defineStep } from 'kwx'
import { readJson, readTable } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { CompletenessFile } from 'kwx/contracts'
import type { FeatureSet } from 'kwx/features'
import type { PilotFile } from 'kwx/model'
import { readTrainingInputs } from 'kwx/model-store'

import { datasetFingerprint } from '../services/dataset-fingerprint.ts'
import { testedModels } from '../services/gates/ablate.ts'
import { auditGates } from '../services/gates/audit-gates.ts'
import { writeReport } from '../services/write-report.ts'

export default defineStep({
  title: 'audit gated features and what the models lose without them',
  version: '1',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: {
    config: 'config',
    features: 'features',
    labels: 'labels',
    completeness: 'completeness',
    pilot: 'pilot',
  },
  produces: { gate_audit: 'gate-audit' },
  fingerprint: datasetFingerprint,

  async run(ctx, _params, inputs) {
    const { loaded, rows, origin } = await readTrainingInputs(inputs)
    const { config } = loaded
    const pilotFolder = inputs['pilot']!.folder
    const pilot = await readJson<PilotFile>(join(pilotFolder, 'pilot.json'))
    const { gate } = await readJson<CompletenessFile>(join(inputs['completeness']!.folder, 'completeness.json'))
    const report = await auditGates({
      db: await ctx.database(),
      city: await loadCity(ctx.contributions, config.city),
      config,
      set: await ctx.contributions.load<FeatureSet>('featureSets', config.feature_set),
      table: await readTable(join(inputs['features']!.folder, 'features.parquet')),
      rows,
      gate,
      models: await testedModels(pilotFolder, pilot, rows),
      origin: origin ?? 'real',
    })
    const write = (folder: string) => writeReport(folder, 'gates', report, ctx.contributions)
    const gate_audit = await ctx.write('gate-audit', write, { origin: report.origin })
    return { artefacts: { gate_audit }, summary: `${report.verdict.outcome}: ${report.verdict.sentence}` }
  },
})
