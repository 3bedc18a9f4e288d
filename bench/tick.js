#!/usr/bin/env node
// One minute of the loop on a Postgres server: median and 99th percentile, where the time goes, and memory over a day.
//
//   node --expose-gc --conditions=kwx-source bench/tick.js [--minutes 1440] [--every 1] [--source candles|trades] [--set nextgen] [--url postgres://...]
//
// Six cities, a ladder of six each, today's and from the morning before on tomorrow's, three configurations per city with
// overround and head in use. Prices and reports are invented and are in the database before a minute is worked through;
// what is timed is MinuteWorker.upTo: mark candles, read what is new, features, models, pool, edge, and the writing of
// minute and signals by one statement. Server: --url, KWX_TEST_DATABASE_URL or DATABASE_URL; a database of its own is
// made there and dropped. --every 5 works through five minutes at a time: for memory over a day, on a busy machine. With
// --expose-gc, heap and resident memory are measured after a collection at each hour.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { garbageCollector } from '../plugins/rt-loop/src/loop/collect-garbage.ts'
import { MinuteWorker } from '../plugins/rt-loop/src/loop/minute-worker.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1440' },
    every: { type: 'string', default: '1' },
    source: { type: 'string', default: 'candles' },
    set: { type: 'string', default: 'nextgen' },
    url: { type: 'string' },
  },
})
const { readJson } = await import('kwx/artefacts')
const { loadProductionConfig } = await import('kwx/config')
const { ensureMigrated, loadCandles, loadTrades, openDatabase, runQuery, saveMarkets, saveObservations } = await import(
  'kwx/database'
)
const { designNames } = await import('kwx/features')
const { randomFrom } = await import('kwx/random')
const { climateDayAt, climateDayStart, parseDay } = await import('kwx/time')
const { default: set } = await import(`../plugins/dataset/src/feature-sets/${values.set}.ts`)

const variable = process.env.KWX_TEST_DATABASE_URL ?? process.env.DATABASE_URL
const url = values.url ?? (/^postgres/.test(variable ?? '') ? variable : undefined)
if (!url) {
  console.log('not measured: name a server with --url or KWX_TEST_DATABASE_URL')
  process.exit(0)
}
const [minutes, every] = [Number(values.minutes), Number(values.every)]
const byTrades = values.source === 'trades'
const BRACKETS = ['between', 'greater', 'less']
const DAY = parseDay('2025-06-11')
const random = randomFrom('bench/tick')
const cities = await Promise.all(
  ['austin', 'chicago', 'denver', 'miami', 'nyc', 'philadelphia'].map((id) =>
    readJson(join(import.meta.dirname, `../plugins/dataset/cities/${id}.json`)),
  ),
)
/** In UTC; tomorrow's ladders opened an hour before. */
const start = DAY * 1440 + 15 * 60

const admin = await openDatabase({ url })
const name = `kwx_bench_${process.pid}`
await runQuery(admin, `create database ${name}`)
const own = Object.assign(new URL(url), { pathname: `/${name}` }).href
const folder = await mkdtemp(join(tmpdir(), 'kwx-tick-'))
const db = await openDatabase({ url: own })
try {
  await ensureMigrated(db, own)
  const markets = await saveLadders()
  for (const market of markets) await addPrices(await history(market))
  await addReports(start - 3 * 1440, start)
  await runQuery(db, 'analyze')
  await measure(markets)
} finally {
  await db.destroy()
  await runQuery(admin, `drop database ${name} with (force)`)
  await admin.destroy()
  await rm(folder, { recursive: true, force: true })
}

async function measure(markets) {
  const pairs = []
  for (const city of cities) for (const bracket of BRACKETS) pairs.push(await pairOf(city, bracket))
  let now = start
  const world = { db, clock: { now: () => now * 60_000 + 4000 }, signal: new AbortController().signal }
  const worker = await MinuteWorker.start(world, { pairs, record: true })
  const [wall, cpu, counts, between] = [[], [], [], []]
  const memory = []
  const collectGarbage = garbageCollector()
  for (let k = 0; k < minutes; k += every) {
    if (k % 60 === 0) {
      globalThis.gc?.()
      const { rss, heapUsed, external } = process.memoryUsage()
      memory.push([k / 60, rss, heapUsed + external])
    }
    if (k > 0) now += every
    const span = Array.from({ length: k > 0 ? every : 1 }, (_, back) => now - back).reverse()
    const quoted = span.flatMap((minute) =>
      markets.filter((market) => trades(market, minute)).map((market) => [market, pricesAt(market, minute)]),
    )
    await addPrices(quoted)
    if (now % 20 === 0) await addReports(now - 20, now)
    if (k % 10 === 0) worker.forget() // as the loop does when it looks at the markets again
    const idle = performance.now()
    worker.forgetFacts() // as each tick does
    if (k > 0) await worker.upTo(now - every, { standDown: null, reason: null }) // a tick between two minutes
    between.push(performance.now() - idle)
    const used = process.cpuUsage()
    const began = performance.now()
    worker.forgetFacts()
    await worker.upTo(now, { standDown: null, reason: null })
    wall.push(performance.now() - began)
    const { user, system } = process.cpuUsage(used)
    cpu.push((user + system) / 1000)
    counts.push(worker.takeDone().signals.length)
    collectGarbage(every) // as the loop does
  }
  const stood = await runQuery(
    db,
    "select coalesce(stand_down, 'act') as outcome, count(*) as n from rt_signals group by 1",
  )
  console.log(
    `${cities.length} cities, ${pairs.length} configurations, ${median(counts)} signals a minute, ${values.set}, ${values.source}`,
  )
  console.log(stood.map(({ outcome, n }) => `${outcome} ${n}`).join(', '))
  print('a minute by the clock', wall.slice(5))
  print('of it processor of this process', cpu.slice(5))
  print(
    'ticks in which a city is read again',
    between.filter((_, k) => k > 0 && k % 10 === 0),
  )
  if (globalThis.gc) {
    for (const [hour, rss, heap] of memory.filter(([hour]) => hour <= 2 || hour % 6 === 0 || hour === memory.at(-1)[0]))
      console.log(`hour ${hour}: resident ${mb(rss)} MB, heap and buffers ${mb(heap)} MB`)
  }
}

async function pairOf(city, bracket) {
  const file = join(folder, `${city.id}_${bracket}.yaml`)
  await writeFile(
    file,
    `city: ${city.id}\nbracket: ${bracket}\nfeature_set: ${values.set}\nprice_source: ${values.source}\nstart_date: 2025-01-01\nend_date: 2025-06-01\n`,
  )
  const { indexContributions } = await import('../src/framework/contributions/contributions.ts')
  const root = join(import.meta.dirname, '../plugins/dataset')
  const pjson = await readJson(join(root, 'package.json'))
  const contributions = indexContributions([{ name: pjson.name, version: pjson.version, root, pjson }])
  const features = designNames(set)
  const model = {
    id: `${city.id}-${bracket}`,
    window: 'win_20250401_20250607',
    features,
    scaling: { mean: features.map(() => 0), scale: features.map(() => 1) },
    coefficients: features.map((name) => (name === 'yes_mid' ? 0.04 : 0.0001)),
    intercept: -2,
    calibrator: { method: 'none' },
    clip: [1e-6, 1 - 1e-6],
  }
  return {
    loaded: await loadProductionConfig(file, contributions),
    city,
    set,
    station: city.station,
    pool: { weight: 0.5, devig: 'power', head: { method: 'softmax', temperature: 0.9 }, source: 'planted' },
    candidate: false,
    modelFor: async () => ({ model, standDown: null, reason: null }),
    forgetModels() {},
  }
}

/** Ladders of today and the next two days, with when each trades. */
async function saveLadders() {
  const all = []
  for (const city of cities) {
    const days = climateDayAt(start, city.standardOffset)
    for (let day = days - 1; day <= days + 3; day++) {
      const event = `${city.series[0].ticker}-${day}`
      const market = (k) => ({
        ticker: `${event}-${k}`,
        strike_type: k === 0 ? 'less' : k === 5 ? 'greater' : 'between',
        floor_strike: k === 0 ? null : 78 + 2 * k - (k === 5 ? 1 : 0),
        cap_strike: k === 0 ? 80 : k === 5 ? null : 79 + 2 * k,
        open_ms: ((day - 1) * 1440 + 14 * 60) * 60_000,
        close_ms: climateDayStart(day + 1, city.standardOffset) * 60_000,
        status: 'active',
        result: null,
        expiration_value: null,
        volume_centi: null,
      })
      const markets = [0, 1, 2, 3, 4, 5].map(market)
      const events = [
        { ticker: event, seriesTicker: city.series[0].ticker, city: city.id, day, origin: 'simulated', markets },
      ]
      const ids = await saveMarkets(db, events)
      markets.forEach(({ ticker, open_ms, close_ms }, k) => {
        const base = [8, 18, 26, 24, 16, 10][k]
        all.push({ id: ids.get(ticker), from: open_ms / 60_000, to: close_ms / 60_000, base, mid: base, ordinal: 0 })
      })
    }
  }
  return all
}

function trades({ from, to }, minute) {
  return minute > from && minute <= to
}

/** A minute's quote, and its prints: none in most minutes, some in few. */
function pricesAt(market, minute) {
  market.mid = Math.min(95, Math.max(3, market.mid + Math.round(random.normal() + 0.1 * (market.base - market.mid))))
  const prints = random.uniform() < 0.4 ? 1 + random.integer(5) : 0
  return { minute, bid: market.mid - 1, ask: market.mid + 1, prints }
}

async function history(market) {
  const rows = []
  for (let minute = market.from + 1; minute < start && minute <= market.to; minute++)
    rows.push([market, pricesAt(market, minute)])
  return rows
}

async function addPrices(rows) {
  if (rows.length === 0) return
  if (byTrades) {
    const prints = rows.flatMap(([market, at]) => Array.from({ length: at.prints }, (_, k) => [market, at, k]))
    if (prints.length === 0) return
    await loadTrades(db, {
      marketId: Int32Array.from(prints, ([{ id }]) => id),
      ordinal: Int32Array.from(prints, ([market]) => market.ordinal++),
      tsMs: Float64Array.from(prints, ([, { minute }, k]) => (minute - 1) * 60_000 + 1000 * k),
      price: Int16Array.from(prints, ([, { bid, ask }, k]) => 100 * (k % 2 ? ask : bid)),
      countCenti: new Int32Array(prints.length).fill(500),
      takerYes: Uint8Array.from(prints, (_, k) => k % 2),
    })
    return
  }
  const column = (of) => Int16Array.from(rows, ([, at]) => of(at))
  const side = (of) => ({ open: column(of), high: column(of), low: column(of), close: column(of) })
  await loadCandles(db, {
    marketId: Int32Array.from(rows, ([{ id }]) => id),
    endMinute: Int32Array.from(rows, ([, { minute }]) => minute),
    price: side(({ bid, prints }) => (prints ? 100 * bid : -1)),
    bid: side(({ bid }) => 100 * bid),
    ask: side(({ ask }) => 100 * ask),
    volumeCenti: Int32Array.from(rows, ([, { prints }]) => 500 * prints),
    openInterestCenti: new Int32Array(rows.length),
  })
}

/** A report every 20 minutes, known four minutes later. */
async function addReports(from, until) {
  const rows = []
  for (const { station } of cities) {
    for (let minute = Math.ceil(from / 20) * 20; minute < until; minute += 20) {
      const values = { temp_f: 70 + Math.round(10 * Math.sin(minute / 229)), dew_f: 60, humidity_pct: 50, wind_mph: 5 }
      rows.push({
        station,
        source: 'iem-asos',
        valid_ms: minute * 60_000,
        known_ms: (minute + 4) * 60_000,
        report_type: 'routine',
        ...values,
        forward_filled: false,
        origin: 'simulated',
      })
    }
  }
  if (rows.length > 0) await saveObservations(db, rows)
}

function quantile(numbers, q) {
  return numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(q * numbers.length))]
}
function median(numbers) {
  return quantile(numbers, 0.5)
}
function mb(bytes) {
  return (bytes / 1e6).toFixed(1)
}
function print(what, ms) {
  if (ms.length === 0) return
  const of = (q) => `${quantile(ms, q).toFixed(1)} ms`
  console.log(`${what.padEnd(42)} median ${of(0.5).padStart(9)}   p99 ${of(0.99).padStart(9)}   n ${ms.length}`)
}
