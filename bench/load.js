#!/usr/bin/env node
// Loading one-minute candles: rows per second, first load and reload, beside psql's \copy of the same rows.
//
//   node --conditions=kwx-source bench/load.js [--rows 500000] [--rounds 3] [--url postgres://...]
//
// Embedded: a new folder. Server: --url, KWX_TEST_DATABASE_URL or DATABASE_URL; a database of its own is made there and
// dropped. \copy and kwx take turns on the same table with the same indexes; medians of the rounds are printed.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '3' },
    url: { type: 'string' },
  },
})
const { ensureMigrated, loadCandles, openDatabase, runQuery } = await import('kwx/database')
const { randomFrom } = await import('kwx/random')

const [count, rounds] = [Number(values.rows), Number(values.rounds)]
const MINUTES_PER_MARKET = 2880
const rows = candles()

await onEmbedded()
await onServer()

/** Markets of two days each, six at a time, as an ingest brings them; a fifth of the minutes have no trade. */
function candles() {
  const { uniform } = randomFrom('bench/load')
  const market = (k) => Math.floor(k / MINUTES_PER_MARKET)
  const traded = Uint8Array.from({ length: count }, () => (uniform() < 0.8 ? 1 : 0))
  const prices = (shift, always) =>
    Int16Array.from({ length: count }, (_, k) =>
      always || traded[k] ? 100 * ((market(k) * 13 + k + shift) % 98) + 100 : -1,
    )
  const side = (shift, always) => ({
    open: prices(shift, always),
    high: prices(shift + 1, always),
    low: prices(shift, always),
    close: prices(shift + 1, always),
  })
  return {
    marketId: Int32Array.from({ length: count }, (_, k) => 1 + market(k)),
    endMinute: Int32Array.from(
      { length: count },
      (_, k) => 29_000_000 + Math.floor(market(k) / 6) * 1440 + (k % MINUTES_PER_MARKET),
    ),
    bid: side(0, true),
    ask: side(3, true),
    price: side(1, false),
    volumeCenti: Int32Array.from(traded, (is) => is * 100 * Math.ceil(uniform() * 500)),
    openInterestCenti: Int32Array.from({ length: count }, () => Math.floor(uniform() * 5_000_000)),
  }
}

async function onEmbedded() {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-load-'))
  const url = `pglite:${join(folder, 'db')}`
  const db = await openDatabase({ url })
  try {
    await ensureMigrated(db, url)
    const [first, reload] = await kwxRounds(db)
    print('embedded, first load', first)
    print('embedded, reload of the same rows', reload)
  } finally {
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}

async function onServer() {
  const variable = process.env.KWX_TEST_DATABASE_URL ?? process.env.DATABASE_URL
  const url = values.url ?? (/^postgres/.test(variable ?? '') ? variable : undefined)
  if (!url) return console.log('server: not measured, name one with --url or KWX_TEST_DATABASE_URL')
  const hasPsql = spawnSync('psql', ['--version']).status === 0
  if (!hasPsql) console.log('psql: not measured, it is not installed')
  const admin = await openDatabase({ url })
  const name = `kwx_bench_${process.pid}`
  await runQuery(admin, `create database ${name}`)
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href
  const folder = await mkdtemp(join(tmpdir(), 'kwx-load-'))
  const db = await openDatabase({ url: own })
  try {
    await ensureMigrated(db, own)
    const file = join(folder, 'candles.txt')
    const copied = []
    const psql = (command) => execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', own, '-c', command])
    await loadCandles(db, rows)
    if (hasPsql) psql(`\\copy candles to '${file}'`)
    const [first, reload] = await kwxRounds(db, async () => {
      if (!hasPsql) return
      await runQuery(db, 'truncate candles')
      copied.push(await timed(async () => psql(`\\copy candles from '${file}'`)))
    })
    print('server, first load', first)
    print('server, reload of the same rows', reload)
    if (copied.length > 0) {
      print('psql \\copy into the same table', copied)
      console.log(`first load over \\copy: ${(100 * (median(copied) / median(first))).toFixed(0)} % (target: 60)`)
      console.log(`reload over \\copy: ${(100 * (median(copied) / median(reload))).toFixed(0)} %`)
    }
  } finally {
    await db.destroy()
    await runQuery(admin, `drop database ${name}`)
    await admin.destroy()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Seconds of first loads and of reloads; `between` takes its turn before each pair. */
async function kwxRounds(db, between = async () => {}) {
  const [first, reload] = [[], []]
  for (let round = 0; round < rounds; round++) {
    await between()
    await runQuery(db, 'truncate candles')
    first.push(await timed(() => loadCandles(db, rows)))
    reload.push(await timed(() => loadCandles(db, rows)))
    const [{ n }] = await runQuery(db, 'select count(*) as n from candles')
    if (n !== count) throw new Error(`${n} candles in the table; expected ${count}`)
  }
  return [first, reload]
}

async function timed(work) {
  const since = performance.now()
  await work()
  return (performance.now() - since) / 1000
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}

function print(what, seconds) {
  const speed = Math.round(count / median(seconds)).toLocaleString('en-US')
  console.log(`${what.padEnd(36)} ${speed.padStart(9)} rows/s  (${count} rows, median of ${seconds.length})`)
}
