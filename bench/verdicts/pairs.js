#!/usr/bin/env node
// How often equal forecasters are called better, and how soon a noisier one is found out.
//
//   node --conditions=kwx-source bench/verdicts/pairs.js [--pairs 1000] [--noisy 100] [--days 100]
//
// Forecasters are the truth of simulated ladders with noise in their log-odds; nothing is trained. Both of a pair have
// equal independent noise (0.3), or the forecaster has twice that of its benchmark.
import { parseArgs } from 'node:util'

import { randomFrom } from '../../src/base/random/index.ts'
import { growEProcess, marketHourDayMeans, marketHourSums, startEProcess } from '../../src/domain/scores/index.ts'
import { marketHourBootstrap } from '../../src/domain/scores/market-hours.ts'
import { skillVerdict } from '../../src/domain/scores/skill-verdict.ts'
import { noisy, rowLosses, simulateLadders } from '../../test/support/simulated-ladders.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '1000' },
    noisy: { type: 'string', default: '100' },
    days: { type: 'string', default: '100' },
  },
})
const days = Number(values.days)
const SPANS = [14, 28, 56, days]

/** Sums per day of the loss of the first forecaster minus that of the second. */
function dailyOf(random, [one, other], cities = 1) {
  const parts = Array.from({ length: cities }, () => {
    const rows = simulateLadders(random, { days, rows: 3 })
    const benchmark = rowLosses(rows.label, noisy(random, rows, other))
    const losses = rowLosses(rows.label, noisy(random, rows, one)).map((loss, i) => loss - benchmark[i])
    return marketHourSums(rows, losses)
  })
  const sum = (key) => parts[0][key].map((_, d) => parts.reduce((total, part) => total + part[key][d], 0))
  return { days: parts[0].days, sums: sum('sums'), counts: sum('counts') }
}

const processOf = (daily) => {
  let state = startEProcess()
  marketHourDayMeans(daily).forEach((d, t) => {
    state = growEProcess(state, daily.days[t], d)
  })
  return state
}

const first = ({ days, sums, counts }, count) => ({
  days: days.slice(0, count),
  sums: sums.slice(0, count),
  counts: counts.slice(0, count),
})

const verdicts = SPANS.map(() => ({}))
let forSince = 0
let againstSince = 0
for (let pair = 0; pair < Number(values.pairs); pair++) {
  const daily = dailyOf(randomFrom(`equal/${pair}`), [0.3, 0.3])
  SPANS.forEach((span, s) => {
    const difference = marketHourBootstrap(first(daily, span), { seed: pair, draws: 1000 })
    const { verdict } = skillVerdict({ difference, echo: false })
    verdicts[s][verdict] = (verdicts[s][verdict] ?? 0) + 1
  })
  const state = processOf(daily)
  if (state.for_since !== null) forSince++
  if (state.against_since !== null) againstSince++
}
const share = (count, of) => `${count} of ${of} (${((100 * count) / of).toFixed(1)} %)`
console.log(`equal noise of 0.3, ${values.pairs} pairs`)
SPANS.forEach((span, s) => {
  const found = Object.entries(verdicts[s]).map(([name, count]) => `${name} ${share(count, Number(values.pairs))}`)
  console.log(`  ${span} days: ${found.join(', ')}`)
})
console.log(`  "for" at 20 on any of ${days} days: ${share(forSince, Number(values.pairs))}`)
console.log(`  "against" at 20 on any of ${days} days: ${share(againstSince, Number(values.pairs))}`)

console.log(`twice the noise of the benchmark, ${values.noisy} pairs, "against" at 20 within ${days} days`)
for (const size of [0.3, 0.4, 0.5]) {
  for (const cities of [1, 2, 4]) {
    const since = []
    let mean = 0
    for (let pair = 0; pair < Number(values.noisy); pair++) {
      const state = processOf(dailyOf(randomFrom(`noisy/${size}/${cities}/${pair}`), [2 * size, size], cities))
      mean += state.sum / state.days / Number(values.noisy)
      if (state.against_since !== null) since.push(state.against_since + 1)
    }
    since.sort((a, b) => a - b)
    console.log(
      `  noise ${2 * size} against ${size}, cities ${cities}: ${share(since.length, Number(values.noisy))}, median day of those ${since[since.length >> 1] ?? 'none'}, mean difference ${mean.toFixed(4)} nats`,
    )
  }
}
