#!/usr/bin/env node
// Pilots against a reading of the market: log loss by market-hour and by row and Brier score by row, model minus market,
// with day-block intervals, over all rows and by bracket, city and half-year. A Markdown table on stdout.
//
//   node --conditions=kwx-source bench/against-price.js [--against p_half_way] [folder of a pilot ...]
//
// --against names a column of predictions.parquet: p_last (the last trade, and so if not told), p_middle, p_half_way or
// p_market, the benchmark of the pilot's configuration. Rows without that reading are left out.
//
// Without folders it takes every pilot under models/pilots, and says so when there is none.
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { numbers, readJson, readTable, text } = await import('kwx/artefacts')
const { dayBlockBootstrap, hourOf, weightedDifference } = await import('kwx/scores')
const { formatDay } = await import('kwx/time')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { against: { type: 'string', default: 'p_last' } },
})
const folders = positionals.length > 0 ? positionals : await Array.fromAsync(glob('models/pilots/*/*/*'))

/** Rows of each group by name: day, market, hour, and both differences. */
const groups = new Map()
const into = (name) => {
  if (!groups.has(name)) groups.set(name, { day: [], market: [], hour: [], logLoss: [], brier: [] })
  return groups.get(name)
}
const idOf = new Map()
const marketId = (ticker) => {
  if (!idOf.has(ticker)) idOf.set(ticker, idOf.size)
  return idOf.get(ticker)
}
const loss = (label, p) => -Math.log(label === 1 ? p : 1 - p)
const halfYear = (day) => {
  const date = formatDay(day)
  return `${date.slice(0, 4)} ${Number(date.slice(5, 7)) < 7 ? 'first' : 'second'} half`
}

for (const folder of folders.sort()) {
  const { city, bracket, windows } = await readJson(join(folder, 'pilot.json'))
  for (const { window, outcome } of windows) {
    if (outcome !== 'fitted') continue
    const table = await readTable(join(folder, window, 'predictions.parquet'))
    const [day, minute, label, model, market] = ['event_day', 'end_minute', 'label', 'p_model', values.against].map(
      (name) => numbers(table, name),
    )
    const { codes, values: tickers } = text(table, 'market')
    const ids = tickers.map(marketId)
    for (let i = 0; i < day.length; i++) {
      if (Number.isNaN(market[i])) continue
      const half = halfYear(day[i])
      const names = ['all', bracket, half, `${city} ${bracket}`, `${city} ${bracket}, ${half}`]
      for (const group of names.map(into)) {
        group.day.push(day[i])
        group.market.push(ids[codes[i]])
        group.hour.push(hourOf(minute[i]))
        group.logLoss.push(loss(label[i], model[i]) - loss(label[i], market[i]))
        group.brier.push((model[i] - label[i]) ** 2 - (market[i] - label[i]) ** 2)
      }
    }
  }
}

const signed = (value) =>
  value === null || Number.isNaN(value) ? 'none' : `${value < 0 ? '' : '+'}${value.toFixed(4)}`
const cell = ({ mean, low, high }) => `${signed(mean)} [${signed(low)}, ${signed(high)}]`
if (groups.size === 0) console.log('No pilot with a fitted window: train some with "kwx run pilot --config FILE".')
else
  console.log(
    '| rows of | rows | days | log loss, by market-hour | log loss, by row | Brier, by row |\n| --- | --- | --- | --- | --- | --- |',
  )
for (const [name, { logLoss, brier, ...keys }] of groups) {
  const { per_row, per_market_hour } = weightedDifference(keys, logLoss, 42)
  const b = dayBlockBootstrap(keys.day, brier, { seed: 42 })
  const cells = [per_market_hour, per_row, b].map(cell).join(' | ')
  console.log(`| ${name} | ${logLoss.length.toLocaleString('en')} | ${b.days} | ${cells} |`)
}
