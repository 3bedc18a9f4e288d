#!/usr/bin/env node
// From hearing the message that proves a minute over to its signals being committed: the loop on the stream of a replay,
// one event's ladder after the other, with a local Postgres.
//
//   DATABASE_URL=postgres://... node --conditions=kwx-source bench/stream-latency.js [--minutes 240] [--city miami] [--alone]
//
// A database of its own is made on the server and dropped. The replay's clock goes on by five seconds at a time, moved by a
// thread of its own; what happened is heard over a WebSocket, and nothing else is done meanwhile. Stages: the minute's rows
// are stored; its signals are computed; they are committed, with what the portfolio did in the minute; --alone leaves the
// portfolio out. `processor` is what the loop's thread itself computed from stored to committed; `floor` is
// what four statements of nothing take, one after the other, after the same silence: what the machine allows. Minutes that
// the stream does not vouch for are not counted.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { garbageCollector } from '../plugins/rt-loop/src/loop/collect-garbage.ts'
import { openPaperPortfolio } from '../plugins/rt-loop/src/paper/portfolio.ts'
import { clientsOf, streamedLoop } from '../plugins/rt-loop/test/recorded-loop.ts'
import { livePair } from '../plugins/rt-loop/test/support.ts'
import { replayExchange } from '../test/support/replay-exchange.ts'
import { sharedFolder } from '../test/support/shared.ts'

const SCENES = {
  miami: {
    start: '2025-02-20T15:00:00Z',
    scene: { city: 'miami', station: 'KMIA', priceSource: 'trades', days: ['2025-02-19', '2025-02-25'] },
  },
  nyc: {
    start: '2025-12-06T15:00:00Z',
    scene: { city: 'nyc', station: 'KNYC', priceSource: 'candles', days: ['2025-12-05', '2025-12-12'] },
  },
}
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '240' },
    city: { type: 'string', default: 'miami' },
    alone: { type: 'boolean', default: false },
  },
})
const url = process.env['DATABASE_URL']
if (!url || !sharedFolder()) {
  console.log('skipped: it wants DATABASE_URL with a Postgres server, and the recordings beside the checkout')
  process.exit()
}

const { ensureMigrated, openDatabase, runQuery } = await import('kwx/database')
const name = `kwx_bench_${randomUUID().replaceAll('-', '')}`
const admin = await openDatabase({ url })
await runQuery(admin, `create database ${name}`)
const own = new URL(url)
own.pathname = `/${name}`
const db = await openDatabase({ url: own.href })
await ensureMigrated(db, own.href)

const { start, scene } = SCENES[values.city]
const replay = await replayExchange('--now', start)
const { pair } = await livePair({}, {}, scene)
const shared = new SharedArrayBuffer(8)
const ms = new Float64Array(shared)
ms[0] = Date.parse(start)
const clock = { now: () => ms[0] }
const hand = new Worker(new URL('./replay-hand.js', import.meta.url), {
  workerData: { base: replay.base, clock: shared, stepMs: 5000, steps: 12, settleMs: 40 },
})
const sleep = async () => {
  hand.postMessage('go on for a minute')
  await once(hand, 'message')
  const began = performance.now()
  for (let k = 0; k < 4; k++) await runQuery(db, 'select $1::integer as nothing', [k])
  stages.floor.push(performance.now() - began)
}
const paper = values.alone
  ? { onMinute: async ({ signals, save }) => save(await signals), onWorked: async () => {} }
  : await openPaperPortfolio(db, [pair], undefined, { report() {}, checked() {} })
const collect = garbageCollector()
const stages = { stored: [], computed: [], committed: [], whole: [], processor: [], floor: [] }
const at = {}
let signals = 0
try {
  const { ticks } = await streamedLoop(
    { replay, db, pairs: [pair] },
    {
      world: { clock, sleep, sources: clientsOf(replay, clock) },
      options: {
        ticks: Number(values.minutes),
        onStored: (heardMs) =>
          Object.assign(at, { heard: heardMs, stored: performance.now(), computed: 0, cpu: process.threadCpuUsage() }),
        onMinute: (work) => {
          const signals = work.signals.then((them) => {
            at.computed = performance.now()
            return them
          })
          return paper.onMinute({ ...work, signals })
        },
        onWorked: async () => {
          await paper.onWorked()
          collect(1)
        },
        onWritten: (ms) => {
          stages.stored.push(at.stored - at.heard)
          stages.computed.push(at.computed - at.stored)
          stages.committed.push(performance.now() - at.computed)
          stages.whole.push(ms)
          const { user, system } = process.threadCpuUsage(at.cpu)
          stages.processor.push((user + system) / 1000)
        },
      },
    },
  )
  signals = ticks.reduce((sum, tick) => sum + tick.signals.length, 0)
} finally {
  await hand.terminate()
  await replay.stop()
  await db.destroy()
  await runQuery(admin, `drop database ${name} with (force)`)
  await admin.destroy()
}

/** Between which values a quantile lies with 95 % confidence, by the ranks of a binomial; no law of the times is assumed. */
const interval = (sorted, q) => {
  const half = 1.96 * Math.sqrt(sorted.length * q * (1 - q))
  const at = (rank) => sorted[Math.min(sorted.length, Math.max(1, rank)) - 1].toFixed(2)
  return `${at(Math.floor(sorted.length * q - half))} to ${at(Math.ceil(sorted.length * q + half))}`
}
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)].toFixed(2)
console.log(`${values.city}: ${stages.whole.length} minutes proved by the stream, ${signals} signals; milliseconds`)
// The engine still compiles in the first hour.
for (const [from, to] of [
  [0, 60],
  [60, Number.POSITIVE_INFINITY],
]) {
  console.log(from === 0 ? 'the first hour' : 'after it')
  for (const [stage, times] of Object.entries(stages)) {
    const sorted = times.slice(from, to).toSorted((a, b) => a - b)
    if (sorted.length === 0) continue
    const [median, p90, p99] = [0.5, 0.9, 0.99].map((q) => quantile(sorted, q))
    console.log(`${stage.padEnd(10)} median ${median}  p90 ${p90}  p99 ${p99}  95 % of it ${interval(sorted, 0.99)}`)
  }
}
