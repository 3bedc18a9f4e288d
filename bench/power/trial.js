// One simulated world of bench/promotion-power.js: markets, pilots and their joint pool.
import { join } from 'node:path'

import { gridFile } from '../../plugins/blend/src/services/grid-file.ts'
import { ladderIndex } from '../../plugins/blend/src/services/ladder-index.ts'
import { readLadders } from '../../plugins/blend/src/services/read-ladders.ts'
import { walkWindows } from '../../plugins/blend/src/services/walk-windows.ts'
import { buildDataset } from '../../plugins/dataset/src/services/build/build-dataset.ts'
import { readData } from '../../plugins/dataset/src/services/build/read-data.ts'
import { simulateMarket } from '../../plugins/simulate/src/services/simulate-market.ts'
import { fitWindow } from '../../plugins/train/src/services/fit-window.ts'

const { readJson, readTable } = await import('kwx/artefacts')
const { productionConfigSchema, windowsOf } = await import('kwx/config')
const { ensureMigrated, openDatabase } = await import('kwx/database')
const { designNames } = await import('kwx/features')
const { marketReadings, predictRows, rowsBetween, trainingRows } = await import('kwx/model')
const { validate } = await import('kwx/schema')
const { fixedClock, formatDay, parseDay } = await import('kwx/time')

const START = '2023-01-02'
const root = join(import.meta.dirname, '../..')
const cityFile = (id) => join(root, 'plugins', id === 'simville' ? 'simulate' : 'dataset', 'cities', `${id}.json`)

/** A database in memory for each seed: deleted rows of earlier markets make every query slower. */
let opened
async function database(seed) {
  if (opened?.seed === seed) return opened.db
  await opened?.db.destroy()
  const url = 'pglite:memory'
  const db = await openDatabase({ url })
  await ensureMigrated(db, url)
  opened = { seed, db }
  return db
}

/** Simulates, builds, trains and pools; answers with what the joint file says. */
export async function powerTrial({ seed, edge, cities, days, set, trials, testDays = 7, trainDays = 42 }, folder) {
  const since = performance.now()
  const db = await database(seed)
  const { default: featureSet } = await import(join(root, `plugins/dataset/src/feature-sets/${set}.ts`))
  const pilots = []
  for (const id of cities) {
    const city = await readJson(cityFile(id))
    const market = { city: id, start_date: START, days, seed, edge, noise: 0.1, spread_cents: 2 }
    const ctx = { clock: fixedClock(0), signal: new AbortController().signal, progress: () => {} }
    await simulateMarket(db, city, { ...market, trades_per_hour: 0.25, requote_minutes: 60 }, ctx)
    const config = await configOf({
      city: id,
      bracket: 'between',
      benchmark: 'mid', // the simulator quotes
      feature_set: set,
      start_date: START,
      end_date: formatDay(parseDay(START) + days - 1),
      train_days: trainDays,
      test_days: testDays,
      step_days: testDays,
      trials,
      seed,
    })
    pilots.push(await pilotOf(db, city, config, featureSet, folder))
  }
  const walk = walkWindows(pilots, seed)
  const file = gridFile(pilots, walk, seed, {
    benchmarks: [...new Set(pilots.map(({ benchmark }) => benchmark))],
    delta: Math.max(...pilots.map(({ delta }) => delta)),
  })
  const { skill, e_process: evidence } = file
  return {
    seed,
    edge,
    verdict: skill.verdict,
    outcome: skill.outcome,
    chance: skill.chance,
    effect: skill.interval.mean,
    effect_low: skill.interval.low,
    effect_high: skill.interval.high,
    e_for: evidence.e_for,
    peak_for: evidence.peak_for,
    peak_against: evidence.peak_against,
    fitted: file.weight.fitted,
    low: file.weight.low,
    high: file.weight.high,
    difference: file.difference.log_loss.mean,
    model: file.grid.at(-1).difference.mean,
    no_harm: file.no_harm.outcome,
    windows: file.windows.map(({ weight }) => weight.value),
    dates: file.total_test_days,
    event_days: file.total_event_days,
    seconds: Math.round((performance.now() - since) / 100) / 10,
  }
}

async function configOf(given) {
  const config = { ...given }
  const problems = await validate(productionConfigSchema, config) // fills in the defaults
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return config
}

async function pilotOf(db, city, config, set, folder) {
  const built = await buildDataset({ city, config, set, data: await readData(db, city, config), folder })
  const table = await readTable(join(folder, 'features.parquet'))
  const rows = trainingRows(table, designNames(set), built.labels.labels)
  const about = { feature_set_version: set.version, data: { features: '', labels: '' }, kwx: '0' }
  const predictions = { windows: [], rows: emptyRows() }
  let from = 0
  for (const window of windowsOf(config)) {
    const result = fitWindow({ window, design: rows.design, label: rows.label, day: rows.day, config, about })
    const fitted = result.outcome === 'fitted'
    const test = fitted ? rowsBetween(rows.day, window.firstTestDay, window.lastTestDay) : new Int32Array(0)
    if (fitted) {
      const { market } = marketReadings(rows, test, config.benchmark)
      append(predictions.rows, rows, test, { model: predictRows(result.model, rows.design, test).model, market })
    }
    const { firstTestDay, lastTestDay } = window
    const outcome = fitted ? 'delivered' : 'not-fitted'
    predictions.windows.push({ window: window.name, outcome, firstTestDay, lastTestDay, from, to: from + test.length })
    from += test.length
  }
  predictions.rows = typed(predictions.rows, rows.market.values)
  const days = [...new Set(predictions.rows.day)].sort((a, b) => a - b)
  const { devigged } = await ladderIndex(predictions, readLadders(db, city, config, days), config.benchmark)
  const name = `${city.id}_between`
  return {
    name,
    city: city.id,
    bracket: 'between',
    pilot: name,
    origin: 'simulated',
    embargoDays: config.embargo_days,
    benchmark: config.benchmark,
    delta: config.gates.min_effect,
    windows: predictions.windows,
    rows: { ...predictions.rows, devigged },
    ladders: null,
  }
}

const emptyRows = () => ({ ticker: [], day: [], endMinute: [], label: [], model: [], market: [] })

function append(out, rows, test, { model, market }) {
  test.forEach((row, k) => {
    out.ticker.push(rows.market.codes[row])
    out.day.push(rows.day[row])
    out.endMinute.push(rows.endMinute[row])
    out.label.push(rows.label[row])
    out.model.push(model[k])
    out.market.push(market[k])
  })
}

const typed = (rows, values) => ({
  n: rows.day.length,
  ticker: { codes: Int32Array.from(rows.ticker), values },
  day: Int32Array.from(rows.day),
  endMinute: Int32Array.from(rows.endMinute),
  label: Uint8Array.from(rows.label),
  model: Float64Array.from(rows.model),
  market: Float64Array.from(rows.market),
})
