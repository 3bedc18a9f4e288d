import { join } from 'node:path'

import { defineStep, EXIT, KwxError, kwxVersion } from 'kwx'
import { assertWritable, publishFolder, readJson } from 'kwx/artefacts'
import { type ProductionConfig, windowsOf } from 'kwx/config'
import type { PilotFile } from 'kwx/model'
import { readTrainingInputs } from 'kwx/model-store'
import type { Window } from 'kwx/time'

import { trainWindows } from '../services/train-windows.ts'
import { writePilot } from '../services/write-pilot.ts'

export default defineStep({
  title: 'train the walk-forward windows',
  version: '5',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: { config: 'config', features: 'features', labels: 'labels' },
  produces: { pilot: 'pilot' },
  async run(ctx, _params, inputs) {
    const { loaded, rows, featureSetVersion, data, origin } = await readTrainingInputs(inputs)
    const { name, config } = loaded
    const { city, bracket, feature_set } = config
    await assertWritable(join(ctx.settings.directories.models, 'pilots', city, bracket)) // before the work, not after

    const windows = someWindows(config)
    const about = { feature_set_version: featureSetVersion, data, kwx: kwxVersion }
    const finished = await trainWindows(ctx, windows, rows, config, about)
    for (const { window, result } of finished) {
      if (result.outcome !== 'fitted') ctx.log(`${window.name}: not enough evidence. ${result.reason}`)
    }

    const pilot = await ctx.write(
      'pilot',
      (folder) => writePilot(folder, { name, city, bracket, feature_set }, rows, finished, config.benchmark),
      origin ? { origin } : {},
    )
    const fitted = finished.filter(({ result }) => result.outcome === 'fitted').length
    if (fitted === 0) {
      const summary = `None of ${windows.length} windows could be fitted; nothing was published.`
      return { artefacts: { pilot }, exit: EXIT.evidence, summary }
    }
    return { artefacts: { pilot }, summary: `${fitted} of ${windows.length} windows fitted` }
  },
  async publish(ctx, { pilot }, exit) {
    // What is published stays: a pilot without a model must not replace one that has some.
    if (exit === EXIT.evidence) return undefined
    const { city, bracket, name } = await readJson<PilotFile>(join(pilot!.folder, 'pilot.json'))
    const place = join(ctx.settings.directories.models, 'pilots', city, bracket, name)
    await publishFolder(pilot!.folder, place)
    return place
  },
})

function someWindows(config: ProductionConfig): Window[] {
  const windows = windowsOf(config)
  if (windows.length > 0) return windows
  const { start_date, end_date, train_days, test_days } = config
  throw new KwxError(`No window of ${train_days} + ${test_days} days fits into ${start_date} to ${end_date}.`, {
    code: 'TRAIN_NO_WINDOW',
    exit: EXIT.usage,
    hint: 'Widen start_date and end_date, or shorten train_days.',
  })
}
