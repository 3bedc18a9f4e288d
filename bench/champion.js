#!/usr/bin/env node
// How soon the loop stands down a champion that is noisier than the market, and how often one that is not.
//
//   node --conditions=kwx-source bench/champion.js [--champions 100] [--days 100] [--noise 0.5] [--times 2,1]
//
// Champion and market see the truth of simulated ladders with noise in their log-odds; --noise is the market's standard
// deviation, --times what the champion's is in units of it. Everything goes through tables of an embedded database:
// recorded signals, settled markets, the process and its days, and the watch of the loop, which starts anew every 30 days.
import { parseArgs } from 'node:util'

import { ChampionWatch } from '../plugins/rt-loop/src/champion/champion-watch.ts'
import {
  championPair,
  FIRST,
  morningAfter,
  noisyDays,
  promote,
  recordDay,
} from '../plugins/rt-loop/test/champion-world.ts'

const { values } = parseArgs({
  options: {
    champions: { type: 'string', default: '100' },
    days: { type: 'string', default: '100' },
    noise: { type: 'string', default: '0.5' },
    times: { type: 'string', default: '2,1' },
  },
})
const { ensureMigrated, openDatabase, runQuery } = await import('kwx/database')
const [champions, days, noise] = [values.champions, values.days, values.noise].map(Number)
const url = 'pglite:memory'
const db = await openDatabase({ url })
await ensureMigrated(db, url)
const { signal } = new AbortController()
const pair = await championPair('miami')
let promotion = 0

/** The days after which a champion was stood down; null where it was not. */
async function standDown(seed, times) {
  await runQuery(db, 'truncate events, markets, rt_signals cascade')
  await promote(db, pair, ++promotion, promotion)
  for (const recorded of noisyDays(seed, days, [times * noise, noise])) await recordDay(db, pair, recorded)
  let watch
  for (let day = 0; day < days; day += 3) {
    if (day % 30 === 0) watch = new ChampionWatch({ db, signal }, [pair])
    await watch.load()
    await watch.grow(2 ** 31 - 1, morningAfter(pair, FIRST + day + 2))
    const { faults, champions } = watch.take()
    if (faults.length > 0) throw new Error(faults.join('; '))
    const since = champions[0].standing.latchedSince
    if ((since === null) !== (watch.standDownOf(pair) === null))
      throw new Error('latched and not stood down, or the reverse')
    if (since !== null) return since - FIRST + 1
  }
  return null
}

for (const times of values.times.split(',').map(Number)) {
  const after = []
  for (let k = 0; k < champions; k++) {
    const found = await standDown(`champion ${k}`, times)
    if (found !== null) after.push(found)
  }
  after.sort((a, b) => a - b)
  const median = after[after.length >> 1] ?? 'none'
  console.log(
    `noise ${times * noise} against ${noise}: ${after.length} of ${champions} stood down within ${days} days, the median after ${median}`,
  )
}
await db.destroy()
