import { runQuery, saveObservations } from 'kwx/database'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { keepLifecycle } from '../src/feed/keep-lifecycle.ts'
import type { FeedWorld } from '../src/loop/loop-types.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { replaySignals } from '../src/signals/replay-signals.ts'
import { readSignals } from '../src/storage/signals.ts'
import { overheard } from './paper-database.ts'
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
    pair = (await livePair({}, {}, scene)).pair
  })
  afterAll(() => replay?.stop())
  beforeEach(async () => {
    await replay.setClock({ now: START })
    opened = await migratedDatabase(databaseKinds.at(-1)!)
  })
  afterEach(() => opened.done())

  /** Works through nine minutes; before the clock goes on after the fifth tick something happens to all markets. */
  async function signalsAround(
    happens: (world: FeedWorld, tickers: readonly string[]) => Promise<unknown>,
    pairs: readonly LivePair[] = [pair],
  ) {
    const { db } = opened
    let happened = Number.POSITIVE_INFINITY
    await streamedLoop(
      { replay, db, pairs },
      {
        options: { ticks: 9 },
        beforeTick: async (number, _, world) => {
          if (number !== 5) return
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
    const { before, next, after } = await signalsAround(async (world, tickers) => {
      for (const ticker of tickers) {
        await keepLifecycle(world, { kind: 'lifecycle', ticker, event: 'closed', result: null, closeMs: CLOSED_MS })
      }
    })
    expect(Math.min(...before)).toBeGreaterThan(0)
    expect([...next, ...after]).toEqual([0, 0, 0, 0])
  })

  it('is seen by the very next minute where another process stored a report', async () => {
    const { db } = opened
    // It asks for no reports itself.
    const deaf = { ...pair, city: { ...pair.city, observations: [] } }
    let happened = 0
    await signalsAround(
      async (world) => {
        happened = world.worked()!
        const seenMs = world.clock.now()
        const readings = { temp_f: 40, dew_f: 30, humidity_pct: 50, wind_mph: 5, forward_filled: false }
        const kind = { source: 'iem-asos', report_type: 'routine' as const, origin: 'replay' as const }
        const report = { station: pair.station, ...kind, ...readings, valid_ms: seenMs - 60_000, known_ms: seenMs }
        await saveObservations(db, [report])
      },
      [deaf],
    )
    const signals = await readSignals(db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
    const isBlind = (from: number, to: number) =>
      new Set(
        signals
          .filter(({ endMinute }) => endMinute >= from && endMinute < to)
          .map(({ trace }) => trace['weather_age_minutes'] === null),
      )
    expect(isBlind(0, happened + 1)).toEqual(new Set([true]))
    expect(isBlind(happened + 1, happened + 9)).toEqual(new Set([false]))
    const span = [signals[0]!.endMinute, signals.at(-1)!.endMinute] as const
    expect(await replaySignals(db, [deaf], span)).toMatchObject({ rebuilt: signals.length, differences: [] })
  })

  it('is seen from the next tick on where another process changed a market', async () => {
    const { db } = opened
    let happened = 0
    await signalsAround(async (world) => {
      happened = world.worked()!
      await runQuery(db, 'update markets set close_ms = close_ms - 3600000')
    })
    const rows = await readSignals(db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
    const closes = (from: number, to: number) =>
      new Set(
        rows.filter(({ endMinute: end }) => end >= from && end < to).map((row) => row.endMinute + row.minutesToClose),
      )
    const [before, after] = [closes(0, happened + 1), closes(happened + 2, happened + 9)]
    expect(after).toEqual(new Set([...before].map((minute) => minute - 60)))
    expect(after.size).toBeGreaterThan(0)
  })

  it('leaves a minute that is proved to ask for nothing but prices and reports', async () => {
    let asked: string[] = []
    const ofMinutes: (readonly string[])[] = []
    // What is asked of markets and settlements is built by the query builder; of prices and reports it is not.
    const built = opened.db.withPlugin({
      transformQuery({ node }) {
        if (node.kind === 'SelectQueryNode') {
          asked.push(/"(markets|settlements)"/.exec(JSON.stringify(node.from))?.[1] ?? 'something else')
        }
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const db = overheard(built, (sql) => {
      if (sql.includes('from observations')) asked.push('observations')
    })
    let before: readonly string[] = []
    await streamedLoop(
      { replay, db, pairs: [pair] },
      {
        beforeTick: async () => {
          before = asked
          asked = []
        },
        options: {
          ticks: 9,
          onStored: () => {
            asked = []
          },
          onWritten: () => ofMinutes.push([...asked]),
        },
      },
    )
    expect(before).toEqual(expect.arrayContaining(['markets', 'settlements', 'observations'])) // of a tick
    expect(ofMinutes.length).toBeGreaterThan(3)
    expect(ofMinutes).toEqual(ofMinutes.map(() => ['observations']))
  })
})
