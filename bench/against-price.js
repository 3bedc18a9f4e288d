#!/usr/bin/env node
// Pilots against a reading of the market: log loss by market-hour and by row and Brier score by row, model minus market,
// with day-block intervals, over all rows and by bracket, city and half-year. A Markdown table on stdout.
//
//   node --conditions=kwx-source bench/against-price.js [--against p_half_way] [--split middle] [folder of a pilot ...]
//
// --against names a column of predictions.parquet: p_last (the last trade, and so if not told), p_middle, p_half_way or
// p_market, the benchmark of the pilot's configuration. Rows without that reading are left out. --split takes half-year,
// month, or middle: rows with and without a middle of the book.
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
  options: { against: { type: 'string', default: 'p_last' }, split: { type: 'string', default: 'half-year' } },
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
const splits = {
  'half-year': (day) => halfYear(day),
  month: (day) => formatDay(day).slice(0, 7),
  middle: (_, middle) => (Number.isNaN(middle) ? 'without middle' : 'with middle'),
}
const split = splits[values.split]
if (!split) throw new Error(`--split is ${values.split}; expected ${Object.keys(splits).join(', ')}`)

for (const folder of folders.sort()) {
  const { city, bracket, windows } = await readJson(join(folder, 'pilot.json'))
  for (const { window, outcome } of windows) {
    if (outcome !== 'fitted') continue
    const table = await readTable(join(folder, window, 'predictions.parquet'))
    const of = (name) => numbers(table, name)
    const [day, minute, label] = ['event_day', 'end_minute', 'label'].map(of)
    const [model, market, middle] = ['p_model', values.against, 'p_middle'].map(of)
    const { codes, values: tickers } = text(table, 'market')
    const ids = tickers.map(marketId)
    for (let i = 0; i < day.length; i++) {
      if (Number.isNaN(market[i])) continue
      const part = split(day[i], middle[i])
      const names = ['all', bracket, part, `${city} ${bracket}`, `${city} ${bracket}, ${part}`]
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
