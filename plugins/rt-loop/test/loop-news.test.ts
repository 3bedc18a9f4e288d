import { readSignals, runQuery, saveObservations } from 'kwx/database'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { keepLifecycle } from '../src/services/keep-lifecycle.ts'
import type { LivePair } from '../src/services/load-pair.ts'
import type { FeedWorld } from '../src/services/loop-types.ts'
import { streamedLoop } from './recorded-loop.ts'
import { livePair } from './support.ts'

const START = '2025-12-06T15:00:00Z'
const CLOSED_MS = Date.parse('2025-12-06T14:00:00Z')

describe.skipIf(!sharedFolder())('what the loop is told between two ticks', () => {
  let replay: ReplayExchange
  let opened: OpenedDatabase
  let pair: LivePair
  beforeAll(async () => {
    replay = await replayExchange('--now', START)
    const scene = { city: 'nyc', station: 'KNYC', priceSource: 'candles', days: ['2025-12-05', '2025-12-12'] } as const
    const made = (await livePair({}, {}, scene)).pair
    // It asks for no reports: whatever it is told of is what a test tells it.
    pair = { ...made, city: { ...made.city, observations: [] } }
  })
  afterAll(() => replay?.stop())
  beforeEach(async () => {
    await replay.setClock({ now: START })
    opened = await migratedDatabase(databaseKinds.at(-1)!)
  })
  afterEach(() => opened.done())

  /** Works through nine minutes; before the clock goes on after one of the ticks something happens to all markets. */
  async function signalsAround(
    tick: number,
    happens: (world: FeedWorld, tickers: readonly string[]) => Promise<unknown>,
  ) {
    const { db } = opened
    let happened = Number.POSITIVE_INFINITY
    await streamedLoop(
      { replay, db, pairs: [pair] },
      {
        options: { ticks: 9 },
        beforeTick: async (number, _, world) => {
          if (number !== tick) return
          happened = world!.worked()!
          const rows = await runQuery<{ ticker: string }>(db, 'select ticker from markets')
          await happens(
            world!,
            rows.map(({ ticker }) => ticker),
          )
        },
      },
    )
    const rows = await runQuery<{ minute: number; signals: number }>(
      db,
      'select end_minute as minute, signals from rt_minutes order by end_minute',
    )
    const signals = (minutes: typeof rows) => minutes.map((row) => row.signals)
    return {
      before: signals(rows.filter(({ minute }) => minute <= happened)),
      next: signals(rows.filter(({ minute }) => minute === happened + 1)),
      after: signals(rows.filter(({ minute }) => minute > happened + 1)),
    }
  }

  it('is seen by the very next minute where the loop itself stored it', async () => {
    const { before, next, after } = await signalsAround(5, async (world, tickers) => {
      for (const ticker of tickers) {
        await keepLifecycle(world, { kind: 'lifecycle', ticker, event: 'closed', result: null, closeMs: CLOSED_MS })
      }
    })
    expect(Math.min(...before)).toBeGreaterThan(0)
    expect([...next, ...after]).toEqual([0, 0, 0, 0])
  })

  it('is seen from the next tick on where another process stored it', async () => {
    const { db } = opened
    let seenMs = 0
    await signalsAround(5, async (world) => {
      seenMs = world.clock.now()
      const readings = { temp_f: 40, dew_f: 30, humidity_pct: 50, wind_mph: 5, forward_filled: false }
      const report = {
        station: pair.station,
        source: 'iem-asos',
        report_type: 'routine' as const,
        origin: 'replay' as const,
      }
      await saveObservations(db, [{ ...report, ...readings, valid_ms: seenMs - 60_000, known_ms: seenMs }])
    })
    const signals = await readSignals(db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
    const ages = (from: number, to: number) =>
      new Set(
        signals
          .filter(({ endMinute }) => endMinute >= from && endMinute < to)
          .map(({ trace }) => trace['weather_age_minutes'] === null),
      )
    const next = Math.floor(seenMs / 60_000) + 1
    expect(ages(0, next)).toEqual(new Set([true]))
    expect(ages(next + 1, next + 9)).toEqual(new Set([false]))
  })

  it('leaves a minute that is proved to ask for nothing but prices', async () => {
    let asked: string[] = []
    const ofMinutes: (readonly string[])[] = []
    // What is asked of markets, reports and settlements is built by the query builder; of prices it is not.
    const db = opened.db.withPlugin({
      transformQuery({ node }) {
        if (node.kind === 'SelectQueryNode') asked.push(JSON.stringify(node.from))
        return node
      },
      transformResult: async ({ result }) => result,
    })
    let before: readonly string[] = []
    await streamedLoop(
      { replay, db, pairs: [pair] },
      {
        beforeTick: async () => {
          before = asked
          asked = []
        },
        options: { ticks: 9, onWritten: () => ofMinutes.push([...asked]) },
      },
    )
    expect(before.length).toBeGreaterThan(2) // of a tick
    expect(ofMinutes.length).toBeGreaterThan(3)
    expect(ofMinutes).toEqual(ofMinutes.map(() => []))
  })
})
