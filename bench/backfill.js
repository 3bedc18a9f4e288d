#!/usr/bin/env node
// Back-fill: how much of the exchange's allowed rate the client uses, and how fast answers are parsed, proven and stored.
//
//   node --conditions=kwx-source bench/backfill.js [--rates 4,20] [--latency 150] [--seconds 20] [--days 60] [--rounds 3]
//     [--url postgres://...]
//
// Wants the recorded data and the replay exchange in ../shared. The rate: the replay refuses what comes faster than the
// rate (and above a burst of one second), and answers as late as a far server; the share is requests for prices over those
// that the rate allows from the first to the last. The speed: the same ingest with answers from memory,
// into a database of its own on the server of --url, KWX_TEST_DATABASE_URL or DATABASE_URL.
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'

import { ingestKalshi } from '../plugins/dataset/src/services/ingest/ingest-kalshi.ts'
import { replayExchange } from '../test/support/replay-exchange.ts'
import { sharedFolder } from '../test/support/shared.ts'

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '4,20' },
    latency: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '20' },
    days: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
    url: { type: 'string' },
  },
})
const { loadCity } = await import('kwx/cities')
const { ensureMigrated, openDatabase, runQuery } = await import('kwx/database')
const { createSources } = await import('../src/data/clients/sources.ts')
const { kalshiSource } = await import('../src/data/clients/kalshi/kalshi-source.ts')
const { parseDay } = await import('kwx/time')
const { default: kalshi } = await import('../src/data/clients/kalshi/kalshi.ts')
const { repositoryContributions } = await import('../test/support/plugins.ts')

// Prints of the tape, and candles of the days on which quotes were recorded minute by minute.
const TAPE = { now: '2025-02-25T18:00:00Z', toDay: parseDay('2025-02-20'), days: Number(values.days) }
const QUOTES = { now: '2025-05-23T18:00:00Z', toDay: parseDay('2025-05-19'), days: 19 }

if (!sharedFolder()) {
  console.log('not measured: there is no ../shared with recorded data')
} else {
  const city = await loadCity(repositoryContributions(), 'chicago')
  const replay = await replayExchange('--now', TAPE.now)
  try {
    const variable = process.env.KWX_TEST_DATABASE_URL ?? process.env.DATABASE_URL
    const url = values.url ?? (/^postgres/.test(variable ?? '') ? variable : undefined)
    if (!url) console.log('not measured: name a server with --url or KWX_TEST_DATABASE_URL')
    else await onServer(url, (db) => measure(db, replay, city))
  } finally {
    await replay.stop()
  }
}

function clockOf({ now }) {
  return { now: () => Date.parse(now) }
}

async function measure(db, replay, city) {
  for (const rate of values.rates.split(',').filter(Boolean).map(Number)) await share(db, replay, city, rate)
  await speed(db, replay, city, 'trades', TAPE)
  await speed(db, replay, city, 'candles', QUOTES)
}

/** A database of its own, dropped again. */
async function onServer(url, work) {
  const admin = await openDatabase({ url })
  const name = `kwx_bench_${process.pid}`
  await runQuery(admin, `create database ${name}`)
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href
  const db = await openDatabase({ url: own })
  try {
    await ensureMigrated(db, own)
    await work(db)
  } finally {
    await db.destroy()
    await runQuery(admin, `drop database ${name}`)
    await admin.destroy()
  }
}

function ingest(
  db,
  city,
  { sources, now, toDay, days, priceSource = 'trades', signal = new AbortController().signal },
) {
  const nothing = () => {}
  const span = { fromDay: toDay - days + 1, toDay }
  const clock = clockOf({ now })
  return ingestKalshi({
    db,
    sources,
    clock,
    city,
    ...span,
    priceSource,
    signal,
    workers: 4,
    log: nothing,
    progress: nothing,
  })
}

/** For some seconds against a server that counts; the rest of the days is given up. */
async function share(db, replay, city, rate) {
  await runQuery(db, 'truncate trades, candles, completeness')
  await replay.setFaults({
    rateLimit: { perSecond: rate, capacity: Math.max(1, rate) },
    latency: { ms: Number(values.latency), path: '/trade-api/' },
  })
  await replay.resetStats()
  const starts = []
  // A source is asked for its signature at the start of every try.
  const sign = () => (url) => {
    // Listings come page after page, each as fast as the last is answered; prices are what takes long.
    if (starts.length > 0 || url.pathname.endsWith('/trades')) starts.push(performance.now())
    return {}
  }
  const clock = clockOf(TAPE)
  const stop = new AbortController()
  const settings = { sources: { ...replay.sources, kalshi: { ...replay.sources.kalshi, requestsPerSecond: rate } } }
  const installed = new Map([['kalshi', { ...kalshi, sign }]])
  const sources = createSources(settings, { clock, offline: false, installed, signal: stop.signal })
  setTimeout(() => stop.abort(new Error('time is up')), 1000 * Number(values.seconds))
  await ingest(db, city, { sources, ...TAPE, days: 400, signal: stop.signal }).catch((error) => {
    if (!stop.signal.aborted) throw error
  })
  const { by_status: statuses } = await replay.stats()
  await replay.clearFaults()
  const refused = statuses['429'] ?? 0
  // A full bucket lets half a second's worth start at once.
  const allowed = Math.max(1, Math.min(rate, 32) / 2) + ((starts.at(-1) - starts[0]) / 1000) * rate
  const used = (100 * (starts.length - refused)) / allowed
  console.log(
    `${rate} requests/s allowed, ${values.latency} ms away: ${used.toFixed(1)} % used in ${((starts.at(-1) - starts[0]) / 1000).toFixed(0)} s, ` +
      `${starts.length} requests, ${refused} of them refused (target: 95 %)`,
  )
}

/** Parsing, proving and storing what was received, without a network. */
async function speed(db, replay, city, priceSource, span) {
  await replay.setClock({ now: span.now })
  const clock = clockOf(span)
  const { days } = span
  await runQuery(db, 'truncate trades, candles, completeness')
  const bodies = new Map()
  const keep = async ({ url, status, body }) =>
    void bodies.set(url, status === 200 ? gunzipSync(body).toString() : null)
  const real = createSources({ sources: replay.sources }, { clock, offline: false, record: keep })
  const first = await ingest(db, city, { sources: real, ...span, priceSource })
  const [seconds, cpu] = [[], []]
  for (let round = 0; round < Number(values.rounds); round++) {
    await runQuery(db, 'truncate trades, candles, completeness')
    const sources = fromMemory(bodies, replay.sources.kalshi.url)
    const [since, before] = [performance.now(), process.cpuUsage()]
    const report = await ingest(db, city, { sources, ...span, priceSource })
    seconds.push((performance.now() - since) / 1000)
    const { user, system } = process.cpuUsage(before)
    cpu.push((user + system) / 1e6)
    if (report.rows !== first.rows) throw new Error(`${report.rows} rows; expected ${first.rows}`)
  }
  const perSecond = (of) => Math.round(first.rows / median(of)).toLocaleString('en-US')
  console.log(
    `${priceSource}: ${first.rows.toLocaleString('en-US')} rows of ${days} days in ${bodies.size} answers, parsed, proven, stored: ` +
      `${perSecond(seconds)} rows/s by the clock, ${perSecond(cpu)} per second of our processor (target: 100,000)`,
  )
}

/** The exchange's client over answers that were received before. */
function fromMemory(bodies, base) {
  const get = async ({ path, query = [], read, maybeMissing }) => {
    const url = new URL(base + path)
    for (const [name, value] of query) url.searchParams.append(name, String(value))
    const body = bodies.get(url.href)
    if (body === undefined) throw new Error(`${url.href} was not asked before`)
    if (body === null && maybeMissing) return null
    return read(body)
  }
  return { kalshi: kalshiSource({ get, origin: () => 'replay', clockAheadMs: () => null }) }
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}
