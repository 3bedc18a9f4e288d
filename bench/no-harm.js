#!/usr/bin/env node
// How often a pool would have done harm in some weeks of a year: the rule for weights on many stretches of real windows.
//
//   node --conditions=kwx-source bench/no-harm.js [--windows 8,13,20] [--every 4] FOLDER...
//
// Each folder is one that "kwx blend" published. Of each pilot, stretches of so many neighbouring windows are taken,
// each is delivered as if nothing had been before it, and the parts of a half-year that cost over 0.002 in log loss are
// counted; parts of less than a week are left out. The weight of the second line is the lower end of its interval alone,
// without the two bounds of harm.
import { parseArgs } from 'node:util'
import { noHarm } from '../plugins/blend/src/services/no-harm.ts'
import { walkWindows } from '../plugins/blend/src/services/walk-windows.ts'
import { blendProbability } from '../src/domain/model/index.ts'
import { numbers, readTable, text } from '../src/framework/artefacts/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { windows: { type: 'string', default: '8,13,20' }, every: { type: 'string', default: '4' } },
})
const WEEK = 7

if (positionals.length === 0) console.log('Give folders that "kwx blend" published.')
const pilots = []
for (const folder of positionals) pilots.push(await pilotOf(folder))
for (const length of pilots.length > 0 ? values.windows.split(',').map(Number) : []) {
  const found = { bounded: [], plain: [] }
  for (const pilot of pilots) {
    const count = Math.min(length, pilot.windows.length)
    for (let first = 0; first + count <= pilot.windows.length; first += Number(values.every)) {
      const part = stretch(pilot, first, count)
      const { fits, delivered } = walkWindows([part], 42)
      found.bounded.push(...partsOf(part, delivered[0]))
      found.plain.push(...partsOf(part, lowerEnds(part, fits[0])))
    }
  }
  for (const [name, parts] of Object.entries(found)) {
    const harmed = parts.filter((excess) => excess > 0.002).length
    const mean = parts.reduce((sum, one) => sum + one, 0) / parts.length
    const worst = parts.length > 0 ? Math.max(...parts) : Number.NaN
    console.log(
      `${length} windows, ${name}: ${harmed} of ${parts.length} parts harmed, worst ${worst.toFixed(4)}, mean ${mean.toFixed(5)}`,
    )
  }
}

/** Excess of each half-year's rows that has a week of days. */
function partsOf(pilot, delivered) {
  return noHarm([pilot], [delivered])
    .parts.filter(({ part, days }) => part !== 'all' && days >= WEEK)
    .map(({ difference }) => difference)
}

function lowerEnds({ rows, windows }, fits) {
  const out = Float64Array.from(rows.market)
  windows.forEach(({ from, to }, w) => {
    const { low, days } = fits[w].weight
    if (!low || days < 14) return
    for (let i = from; i < to; i++) out[i] = blendProbability(rows.model[i], rows.market[i], low)
  })
  return out
}

function stretch(pilot, first, count) {
  const windows = pilot.windows.slice(first, first + count)
  const [from, to] = [windows[0].from, windows.at(-1).to]
  const rows = Object.fromEntries(
    ['day', 'label', 'model', 'market'].map((key) => [key, pilot.rows[key].slice(from, to)]),
  )
  const gone = new Float64Array(to - from).fill(Number.NaN)
  const devigged = { proportional: gone, power: gone, logit_shift: gone }
  return {
    ...pilot,
    windows: windows.map((span) => ({ ...span, from: span.from - from, to: span.to - from })),
    rows: { n: to - from, ...rows, devigged },
  }
}

async function pilotOf(folder) {
  const table = await readTable(`${folder}/delivered.parquet`)
  const [window, day] = [text(table, 'window'), numbers(table, 'event_day')]
  const windows = []
  for (let from = 0, to = 0; from < day.length; from = to) {
    while (to < day.length && window.codes[to] === window.codes[from]) to++
    const firstTestDay = Math.min(...day.subarray(from, to))
    windows.push({ window: window.values[window.codes[from]], outcome: 'delivered', firstTestDay, from, to })
  }
  const column = (name) => numbers(table, name)
  const rows = { day, label: column('label'), model: column('p_model'), market: column('p_market') }
  return { name: folder, city: 'pilot', bracket: folder, pilot: folder, origin: 'real', windows, rows, ladders: null }
}
