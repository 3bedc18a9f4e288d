#!/usr/bin/env node
// Which bets of an e-process find a noisier forecaster most often.
//
//   node --conditions=kwx-source bench/verdicts/bets.js [--pairs 200] [--cities 1]
//
// Shares of pairs in which "against" reaches 20 within 100 days, per rule; the last line counts equal forecasters.
import { parseArgs } from 'node:util'

import { randomFrom } from '../../src/base/random/index.ts'
import { marketHourDayMeans, marketHourSums } from '../../src/domain/scores/market-hours.ts'
import { noisy, rowLosses, simulateLadders } from '../../test/support/simulated-ladders.ts'

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '200' }, cities: { type: 'string', default: '1' } },
})
const [pairs, cities] = [Number(values.pairs), Number(values.cities)]
const [CLIP, DAYS, BAR] = [0.5, 100, Math.log(20)]

const logSum = (logs) => {
  const most = Math.max(...logs)
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0))
}

/** Mixture over fixed fractions of 1/c. */
const mixture = (fractions, shares) => (differences) => {
  const total = shares.reduce((sum, share) => sum + share, 0)
  const logs = shares.map((share) => Math.log(share / total))
  return differences.map((d) => {
    fractions.forEach((fraction, k) => {
      logs[k] += Math.log1p((fraction * d) / CLIP)
    })
    return logSum(logs)
  })
}

/** Waudby-Smith & Ramdas 2023, aGRAPA: mean / (variance + mean²) of the earlier days. */
const agrapa = (differences) => {
  let [log, sum, spread, n] = [0, 0, (CLIP * CLIP) / 4, 1]
  return differences.map((d) => {
    const [mean, variance] = [sum / n, spread / n]
    log += Math.log1p(d * Math.max(0, Math.min(0.95 / CLIP, mean / (variance + mean * mean))))
    sum += d
    n += 1
    spread += (d - sum / n) ** 2
    return log
  })
}

/** Cutkosky & Orabona 2018, online Newton steps. */
const newton = (differences) => {
  let [log, bet, curvature] = [0, 0, 1]
  return differences.map((d) => {
    log += Math.log1p(bet * d)
    const slope = d / (1 + bet * d)
    curvature += slope * slope
    bet = Math.max(0, Math.min(0.5 / CLIP, bet + ((2 / (2 - Math.log(3))) * slope) / curvature))
    return log
  })
}

const halves = [0.95, 0.475, 0.2375, 0.11875, 0.059375]
const kept = mixture(halves, [81, 27, 9, 3, 1])
const RULES = {
  'five halving bets, shares in thirds (kept)': kept,
  'five halving bets, halving shares': mixture(halves, [16, 8, 4, 2, 1]),
  'five halving bets, equal shares': mixture(halves, [1, 1, 1, 1, 1]),
  'seven bets, equal shares': mixture([0.9, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625], [1, 1, 1, 1, 1, 1, 1]),
  'one bet of 0.95': mixture([0.95], [1]),
  aGRAPA: agrapa,
  'online Newton': newton,
  'half of kept, half of aGRAPA': (differences) => {
    const other = agrapa(differences)
    return kept(differences).map((log, t) => logSum([log, other[t]]) - Math.LN2)
  },
}

function differencesOf(random, one, other) {
  const mean = new Array(DAYS).fill(0)
  for (let city = 0; city < cities; city++) {
    const rows = simulateLadders(random, { days: DAYS, rows: 3 })
    const benchmark = rowLosses(rows.label, noisy(random, rows, other))
    const losses = rowLosses(rows.label, noisy(random, rows, one)).map((loss, i) => loss - benchmark[i])
    marketHourDayMeans(marketHourSums(rows, losses)).forEach((d, t) => {
      mean[t] += d / cities
    })
  }
  return mean.map((d) => Math.max(-CLIP, Math.min(CLIP, d)))
}

for (const [one, other] of [
  [0.6, 0.3],
  [0.8, 0.4],
  [1, 0.5],
  [0.5, 0.5],
]) {
  const found = Object.fromEntries(Object.keys(RULES).map((name) => [name, 0]))
  for (let pair = 0; pair < pairs; pair++) {
    const differences = differencesOf(randomFrom(`bets/${one}/${other}/${pair}`), one, other)
    for (const [name, rule] of Object.entries(RULES)) if (rule(differences).some((log) => log >= BAR)) found[name]++
  }
  console.log(`noise ${one} against ${other}, cities ${cities}, ${pairs} pairs`)
  for (const [name, count] of Object.entries(found)) console.log(`  ${name}: ${((100 * count) / pairs).toFixed(1)} %`)
}
