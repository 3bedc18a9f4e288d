import { join } from 'node:path'

import { defineStep, EXIT, KwxError } from 'kwx'
import { assertWritable, publishFolder, readJson, sha256 } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import { type LoadedConfig, windowsOf } from 'kwx/config'
import type { BacktestAcceptanceFile, LabelsFile } from 'kwx/contracts'
import { dataFingerprint } from 'kwx/database'
import type { PilotFile } from 'kwx/model'
import { parseDay } from 'kwx/time'

import { acceptanceFile } from '../services/acceptance-file.ts'
import { readMarketData } from '../services/market-data.ts'
import { runRules } from '../services/run-rules.ts'
import { readSignals } from '../services/signals.ts'
import { BACKTEST_FILE, writeBacktest } from '../services/write-backtest.ts'

const readConfig = (folder: string) => readJson<LoadedConfig>(join(folder, 'config.json'))

export default defineStep({
  title: 'trade on paper over the test days',
  version: '2',
  params: { type: 'object', properties: {}, additionalProperties: false },
  consumes: { config: 'config', features: 'features', labels: 'labels', pilot: 'pilot', blend: 'blend' },
  produces: { backtest: 'backtest' },

  async fingerprint(ctx, _params, inputs) {
    const { config } = await readConfig(inputs['config']!.folder)
    const city = await loadCity(ctx.contributions, config.city)
    const span = {
      city: city.id,
      fromDay: parseDay(config.start_date),
      toDay: parseDay(config.end_date),
      station: config.observation_station ?? city.station,
    }
    const db = await ctx.database()
    // Prints fill orders whatever the prices are built from.
    const sources =
      config.price_source === 'trades' ? (['trades'] as const) : (['trades', 'candles', 'quotes'] as const)
    const rows: string[] = []
    for (const priceSource of sources) rows.push(await dataFingerprint(db, { ...span, priceSource }))
    return sha256(JSON.stringify([rows, city.regimes.fee]))
  },

  async run(ctx, _params, inputs) {
    const { pilot, blend } = inputs
    await assertWritable(ctx.settings.directories.reports) // before the work, not after
    const { config } = await readConfig(inputs['config']!.folder)
    const city = await loadCity(ctx.contributions, config.city)
    const { labels } = await readJson<LabelsFile>(join(inputs['labels']!.folder, 'labels.json'))
    const signals = await readSignals(blend!.folder)
    const { firstDay, lastDay } = testSpan(await readJson<PilotFile>(join(pilot!.folder, 'pilot.json')), config)
    const data = await readMarketData(await ctx.database(), city, config, {
      tickers: new Set(signals.tickers),
      firstDay,
      lastDay,
    })
    const results = runRules({ city, config, signals, labels, data, firstDay, lastDay })
    const origin = pilot!.origin ?? inputs['features']!.origin
    if (!origin) {
      throw new KwxError('The pilot does not say whether its rows are real, replayed or simulated.', {
        code: 'BACKTEST_ORIGIN_UNKNOWN',
        exit: EXIT.error,
        hint: 'Run the pipeline again with --force, so that each artefact states the origin of its rows.',
      })
    }
    const all = { city, config, signals, labels, data, firstDay, lastDay }
    const file = acceptanceFile(all, results, { origin, pilot: pilot!.hash, blend: blend!.hash })
    const backtest = await ctx.write('backtest', (to) => writeBacktest(to, file, all, results, ctx.contributions), {
      origin,
    })
    return { artefacts: { backtest }, summary: file.verdict.sentence }
  },

  async publish(ctx, { backtest }) {
    const { city, bracket } = await readJson<BacktestAcceptanceFile>(join(backtest!.folder, BACKTEST_FILE))
    const place = join(ctx.settings.directories.reports, `backtest_${city}_${bracket}`)
    await publishFolder(backtest!.folder, place)
    return place
  },
})

/**
 * All calendar days from the first to the last test day of the fitted windows: those without a trade count too. Of all
 * windows where none was fitted: then nothing is traded on any of them, which is no evidence and no error.
 */
function testSpan({ windows }: PilotFile, config: LoadedConfig['config']): { firstDay: number; lastDay: number } {
  const fitted = new Set(windows.filter(({ outcome }) => outcome === 'fitted').map(({ window }) => window))
  const planned = windowsOf(config)
  const tested = fitted.size > 0 ? planned.filter(({ name }) => fitted.has(name)) : planned
  return {
    firstDay: Math.min(...tested.map(({ firstTestDay }) => firstTestDay)),
    lastDay: Math.max(...tested.map(({ lastTestDay }) => lastTestDay)),
  }
}
