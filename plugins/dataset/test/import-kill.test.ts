import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { dataFingerprint, openDatabase, runQuery } from 'kwx/database'
import { formatDay, formatInstant, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds } from '../../../test/support/databases.ts'
import { spawned } from '../../../test/support/kwx.ts'

const FROM = parseDay('2025-01-01')
const DAYS = 12
const PRINTS_PER_MARKET = 1500
const KILLS = 6

/** A folder that takes a few seconds to import: 72 markets, 108,000 prints, a year of weather and settlements. */
function writeFolder(folder: string): void {
  const write = (name: string, lines: string[]) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), gzipSync(`${lines.join('\n')}\n`))
  }
  const markets: string[] = []
  const trades: string[] = []
  for (let d = 0; d < DAYS; d++) {
    const event = `KXHIGHMIA-DAY${d}`
    for (let k = 0; k < 6; k++) {
      const ticker = `${event}-B${k}`
      markets.push(
        `${ticker},${event},KXHIGHMIA,miami,${formatDay(FROM + d)},between,${70 + 2 * k},${71 + 2 * k},,,no,,${PRINTS_PER_MARKET},kalshi_event_json`,
      )
      for (let p = 0; p < PRINTS_PER_MARKET; p++) {
        trades.push(
          `${ticker},${formatInstant((FROM + d) * 86_400_000 + p * 20_000)},${1 + ((p * 7 + k) % 99)},1,${p % 3 ? 'yes' : 'no'}`,
        )
      }
    }
  }
  write('tape/markets.csv.gz', [
    'ticker,event_ticker,series_ticker,city,event_date,strike_type,floor_strike,cap_strike,open_time,close_time,result,settlement_value,volume,metadata_source',
    ...markets,
  ])
  write('tape/trades.csv.gz', ['market_ticker,ts_utc,yes_price,count,taker_side', ...trades])
  write('observations/observations.csv.gz', [
    'station,ts_utc,temp_f,dew_f,humidity_pct,wind_mph,report_type',
    ...Array.from(
      { length: 8760 },
      (_, h) => `KMIA,${formatInstant(FROM * 86_400_000 + h * 3_600_000)},${60 + (h % 24)},,50,3,FM15`,
    ),
  ])
  write('settlements/settlements.csv.gz', [
    'city,event_date,tmax_f',
    ...Array.from({ length: 365 }, (_, d) => `miami,${formatDay(FROM + d)},${80 + (d % 9)}`),
  ])
}

describe.each(databaseKinds)('kwx ingest import into the $name database', (kind) => {
  let folder: string
  let home: string
  const drops: (() => Promise<void>)[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kwx-kill-'))
    home = join(folder, 'home')
    writeFolder(folder)
  })
  afterAll(() => Promise.all(drops.map((drop) => drop())))

  const place = async (name: string) => {
    if (kind.name === 'embedded') return `pglite:${join(folder, name)}`
    const { url, drop } = await kind.create()
    drops.push(drop)
    return url
  }
  const run = (url: string, killAfterMs?: number) =>
    spawned('dev.js', ['ingest', 'import', folder], {
      env: { DATABASE_URL: url, KWX_HOME: home },
      ...(killAfterMs === undefined ? {} : { killAfterMs }),
    })
  const content = async (url: string) => {
    const db = await openDatabase({ url })
    try {
      const digest = await dataFingerprint(db, {
        city: 'miami',
        fromDay: FROM,
        toDay: FROM + 365,
        station: 'KMIA',
        priceSource: 'trades',
      })
      const counts = await runQuery(
        db,
        `select (select count(*) from markets) as markets, (select count(*) from trades) as trades,
           (select count(*) from observations) as observations, (select count(*) from settlements where used) as settlements,
           (select count(*) from completeness) as completeness`,
      )
      return { digest, ...counts[0] }
    } finally {
      await db.destroy()
    }
  }

  it(`ends like an undisturbed import after ${KILLS} kills at random points`, { timeout: 300_000 }, async () => {
    const undisturbed = await place('undisturbed')
    const began = performance.now()
    const first = await run(undisturbed)
    expect(first, first.stderr).toMatchObject({ status: 0 })
    const duration = performance.now() - began

    const killed = await place('killed')
    for (let k = 0; k < KILLS; k++) {
      // One in each sixth of the run, so that opening, migrating and every file have their turn.
      const { status } = await run(killed, (duration * (k + Math.random())) / KILLS)
      expect([null, 0]).toContain(status)
    }
    const last = await run(killed)
    expect(last, last.stderr).toMatchObject({ status: 0 })

    const whole = await content(undisturbed)
    expect(whole).toMatchObject({ markets: 72, trades: 72 * PRINTS_PER_MARKET, observations: 8760, settlements: 365 })
    expect(await content(killed)).toEqual(whole)
  })
})
