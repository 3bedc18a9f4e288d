#!/usr/bin/env node
// How often the calibration test fails the truth and distorted forecasts, and what it costs.
//
//   node --conditions=kwx-source bench/verdicts/calibration.js [--runs 100] [--days 60,90] [--draws 1999]
import { parseArgs } from 'node:util'

import { randomFrom } from '../../src/base/random/index.ts'
import { calibrationTest } from '../../src/domain/scores/index.ts'
import { distorted, simulateLadders } from '../../test/support/simulated-ladders.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    days: { type: 'string', default: '60,90' },
    draws: { type: 'string', default: '1999' },
  },
})
const runs = Number(values.runs)
const draws = Number(values.draws)
const mean = (label) => label.reduce((sum, y) => sum + y, 0) / label.length
const FORECASTS = {
  truth: ({ truth }) => truth,
  'base rate': ({ truth, label }) => truth.map(() => mean(label)),
  'log-odds times 0.6': ({ truth }) => distorted(truth, 0.6),
  'log-odds times 1.6': ({ truth }) => distorted(truth, 1.6),
  'log-odds plus 0.3': ({ truth }) => distorted(truth, 1, 0.3),
  'log-odds minus 0.3': ({ truth }) => distorted(truth, 1, -0.3),
}

const one = ({ day, market, hour, label }, p, seed) =>
  calibrationTest({ day, market, hour, y: label, p }, randomFrom(seed), { draws })

for (const days of values.days.split(',').map(Number)) {
  for (const tails of [false, true]) {
    console.log(`${days} days, ${tails ? 'whole ladders' : 'brackets without tails'}, ${runs} runs`)
    const found = Object.fromEntries(Object.keys(FORECASTS).map((name) => [name, { fail: 0, corp: 0, slope: 0 }]))
    for (let run = 0; run < runs; run++) {
      const rows = simulateLadders(randomFrom(`calibration/${days}/${run}`), { days, tails, rows: 3 })
      for (const [name, forecast] of Object.entries(FORECASTS)) {
        const { outcome, corp, recalibration, levelEach } = one(rows, forecast(rows), `flips/${run}`)
        if (outcome !== 'pass') found[name].fail++
        if (corp.pValue <= levelEach) found[name].corp++
        if (recalibration.pValue <= levelEach) found[name].slope++
      }
    }
    for (const [name, { fail, corp, slope }] of Object.entries(found)) {
      console.log(`  ${name}: fails ${fail}, of which by CORP ${corp}, by intercept and slope ${slope}`)
    }
  }
}

const rows = simulateLadders(randomFrom('cost'), { days: 180, rows: 9 })
const cut = (column) => column.slice(0, 50_000)
const large = Object.fromEntries(Object.entries(rows).map(([name, column]) => [name, cut(column)]))
one(large, large.truth, 'warm')
const since = performance.now()
one(large, large.truth, 'cost')
console.log(`${large.day.length} rows, ${draws} draws: ${Math.round(performance.now() - since)} ms`)
