#!/usr/bin/env node
// What verdict, e-process and calibration test cost on the test rows of a pilot, milliseconds of processor time.
//
//   node --conditions=kwx-source bench/verdicts/gates.js FOLDER [--rounds 5]
//
// FOLDER is a pilot's, for example models/pilots/miami/between/elasticnet_mia_between. Both verdicts (01 and 08, the
// model standing in for the pooled probability), the three benchmarks, the calibration test with 1,999 draws and the
// perfect forecaster's ECE and the consistency bands of the drawings are computed, as "kwx run decide" does.
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { numbers, readJson, readTable, text } = await import('kwx/artefacts')
const { randomFrom } = await import('kwx/random')
const { calibrationTest, consistencyBands, hourOf, judgeForecast, lossDifferences, perfectEce, weightedDifference } =
  await import('kwx/scores')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
})
const [folder] = positionals
const columns = { day: [], market: [], hour: [], y: [], p: [], benchmark: [], last: [], middle: [], halfWay: [] }
const idOf = new Map()
const { windows } = await readJson(join(folder, 'pilot.json'))
for (const { window, outcome } of windows) {
  if (outcome !== 'fitted') continue
  const table = await readTable(join(folder, window, 'predictions.parquet'))
  const { codes, values: tickers } = text(table, 'market')
  const add = (name, column, map = (value) => value) => {
    for (const value of numbers(table, column)) columns[name].push(map(value))
  }
  for (const code of codes) {
    const ticker = tickers[code]
    if (!idOf.has(ticker)) idOf.set(ticker, idOf.size)
    columns.market.push(idOf.get(ticker))
  }
  add('day', 'event_day')
  add('hour', 'end_minute', hourOf)
  add('y', 'label')
  add('p', 'p_model')
  add('benchmark', 'p_market')
  add('last', 'p_last')
  // Where there is no middle the last trade stands in, as in the report.
  add('halfWay', 'p_half_way')
  const last = numbers(table, 'p_last')
  numbers(table, 'p_middle').forEach((value, i) => {
    columns.middle.push(Number.isNaN(value) ? last[i] : value)
  })
}
const { day, market, hour, y, p, benchmark } = columns
const keys = { day, market, hour }
const options = { seed: 42, subject: 'The model', benchmark: 'the benchmark' }

/** Processor time of some work, ms: the median of the rounds. */
function cost(work) {
  const times = Array.from({ length: Number(values.rounds) }, () => {
    const since = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(since)
    return (user + system) / 1000
  }).sort((a, b) => a - b)
  return times[times.length >> 1]
}

const parts = {
  'two verdicts with their e-processes': () => {
    for (let k = 0; k < 2; k++) judgeForecast({ ...keys, y, p, benchmark }, options)
  },
  'three benchmarks': () => {
    for (const other of [columns.last, columns.middle, columns.halfWay])
      weightedDifference(keys, lossDifferences(y, p, other), 42)
  },
  'calibration test': () => calibrationTest({ ...keys, y, p }, randomFrom('flips')),
  'ECE of a perfect forecaster': () =>
    perfectEce({ day, market, p, weight: new Float64Array(y.length).fill(1) }, randomFrom('ece')),
  'consistency bands, model and market': () => {
    for (const one of [p, benchmark]) consistencyBands({ market, p: one }, randomFrom('bands'), { draws: 1000 })
  },
}
let sum = 0
for (const [name, work] of Object.entries(parts)) {
  const ms = cost(work)
  sum += ms
  console.log(`${name}: ${ms.toFixed(0)} ms`)
}
console.log(`together on ${y.length.toLocaleString('en')} rows of ${new Set(day).size} days: ${sum.toFixed(0)} ms`)
