import { runQuery } from 'kwx/database'
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
    const days = ['2025-12-05', '2025-12-12'] as const
    pair = (await livePair({}, {}, { city: 'nyc', station: 'KNYC', priceSource: 'candles', days: [...days] })).pair
  })
  afterAll(() => replay?.stop())
  beforeEach(async () => {
    await replay.setClock({ now: START })
    opened = await migratedDatabase(databaseKinds.at(-1)!)
  })
  afterEach(() => opened.done())

  /** Works through nine minutes; before the clock goes on after the fifth tick something happens to all markets. */
  async function signalsAround(happens: (world: FeedWorld, tickers: readonly string[]) => Promise<unknown>) {
    const { db } = opened
    let happened = Number.POSITIVE_INFINITY
    await streamedLoop(
      { replay, db, pairs: [pair] },
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

  it('is seen from the next tick on where another process stored it', async () => {
    const { before, after } = await signalsAround(() =>
      runQuery(opened.db, 'update markets set close_ms = $1', [CLOSED_MS]),
    )
    expect(Math.min(...before)).toBeGreaterThan(0)
    expect(after).toEqual([0, 0, 0])
  })
})
