#!/usr/bin/env node
// From an open database to a fsynced Parquet file: rows per second, peak memory.
//
//   node --conditions=kwx-source bench/dataset.js [--days 98] [--brackets 6] [--set elasticnet_rich] [--database-url URL]
//
// Candles and reports are invented (a seed, no data): one candle a minute, a report every 20 minutes. With a URL the
// database is used as it is, must be empty, and keeps the rows; without one it is an embedded one in a new folder.
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { buildDataset } from '../plugins/dataset/src/services/build/build-dataset.ts'
import { readData } from '../plugins/dataset/src/services/build/read-data.ts'

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '98' },
    brackets: { type: 'string', default: '6' },
    set: { type: 'string', default: 'elasticnet_rich' },
    'database-url': { type: 'string' },
  },
})
const { readJson } = await import('kwx/artefacts')
const { ensureMigrated, loadCandles, openDatabase, saveMarkets, saveObservations } = await import('kwx/database')
const { randomFrom } = await import('kwx/random')
const { climateDayStart, formatDay, parseDay } = await import('kwx/time')
const { default: set } = await import(`../plugins/dataset/src/feature-sets/${values.set}.ts`)

const [days, brackets] = [Number(values.days), Number(values.brackets)]
const city = await readJson(join(import.meta.dirname, '../plugins/dataset/cities/miami.json'))
const first = parseDay('2024-11-20')
const start = (day) => climateDayStart(day, city.standardOffset)
const seconds = (since) => (performance.now() - since) / 1000
const folder = await mkdtemp(join(tmpdir(), 'kwx-bench-'))

async function fill(db) {
  const { uniform: random } = randomFrom('bench')
  const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
  const events = Array.from({ length: days }, (_, d) => {
    const [year, month, date] = formatDay(first + d).split('-')
    const ticker = `KXHIGHMIA-${year.slice(2)}${months[Number(month) - 1]}${date}`
    const markets = Array.from({ length: brackets }, (_, b) => ({
      ticker: `${ticker}-B${60.5 + 2 * b}`,
      strike_type: 'between',
      floor_strike: 60 + 2 * b,
      cap_strike: 61 + 2 * b,
      open_ms: null,
      close_ms: start(first + d + 1) * 60_000,
      status: 'finalized',
      result: b === 2 ? 'yes' : 'no',
      expiration_value: 64,
      volume_centi: null,
    }))
    return { ticker, seriesTicker: 'KXHIGHMIA', city: 'miami', day: first + d, origin: 'simulated', markets }
  })
  const ids = await saveMarkets(db, events)
  for (const { day, markets } of events) {
    const n = 1440 * markets.length
    const side = () => ({
      open: new Int16Array(n),
      high: new Int16Array(n),
      low: new Int16Array(n),
      close: new Int16Array(n),
    })
    const rows = {
      marketId: new Int32Array(n),
      endMinute: new Int32Array(n),
      price: side(),
      bid: side(),
      ask: side(),
      volumeCenti: new Int32Array(n),
      openInterestCenti: new Int32Array(n),
    }
    markets.forEach(({ ticker }, m) => {
      let cents = 10 + Math.floor(random() * 80)
      for (let k = 0; k < 1440; k++) {
        const i = 1440 * m + k
        cents = Math.min(95, Math.max(2, cents + Math.floor(random() * 3) - 1))
        rows.marketId[i] = ids.get(ticker)
        rows.endMinute[i] = start(day) + k + 1
        const bid = 100 * cents
        for (const field of ['open', 'high', 'low', 'close']) {
          rows.bid[field][i] = bid
          rows.ask[field][i] = bid + 100 + 100 * Math.floor(random() * 3)
          rows.price[field][i] = bid
        }
        rows.volumeCenti[i] = 100 * Math.floor(random() * 20)
      }
    })
    await loadCandles(db, rows)
  }
  const observations = []
  for (let minute = start(first - 7); minute < start(first + days + 1); minute += 20) {
    const temp_f = Math.round(10 * (70 + 8 * Math.sin(minute / 230) + random())) / 10
    observations.push({
      station: city.station,
      source: 'simulated',
      valid_ms: minute * 60_000,
      report_type: 'routine',
      known_ms: (minute + 5) * 60_000,
      temp_f,
      dew_f: temp_f - 10,
      humidity_pct: 60,
      wind_mph: 8,
      forward_filled: false,
      origin: 'simulated',
    })
  }
  await saveObservations(db, observations)
}

const url = values['database-url'] ?? `pglite:${join(folder, 'db')}`
const db = await openDatabase({ url })
try {
  await ensureMigrated(db, url)
  let since = performance.now()
  await fill(db)
  console.log(`filled in ${seconds(since).toFixed(1)} s (not counted)`)
  const config = {
    city: 'miami',
    bracket: 'between',
    train_days: Math.min(42, days - 1),
    test_days: 1,
    step_days: 7,
    start_date: formatDay(first),
    end_date: formatDay(first + days - 1),
    price_source: 'candles',
    observation_station: null,
    use_vc_minutes: true,
    excluded_vc_cities: ['nyc'],
  }
  for (let run = 1; run <= 3; run++) {
    since = performance.now()
    const cpu = process.cpuUsage()
    const data = await readData(db, city, config)
    const { features, completeness } = await buildDataset({ city, config, set, data, folder })
    const wall = seconds(since)
    const { user, system } = process.cpuUsage(cpu)
    const { size } = await open(join(folder, 'features.parquet')).then(async (file) => {
      const stat = await file.stat()
      await file.close()
      return stat
    })
    console.log(
      `run ${run}: ${features.rows} of ${completeness.rows.before} rows, ${features.design.length} columns, ${wall.toFixed(2)} s, ` +
        `${Math.round(features.rows / wall)} rows/s (${((user + system) / 1e6).toFixed(2)} s of processor), ${(size / 1e6).toFixed(0)} MB file, ` +
        `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB peak`,
    )
  }
} finally {
  await db.destroy()
  await rm(folder, { recursive: true, force: true })
}
