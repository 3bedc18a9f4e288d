import { type Database, ensureMigrated, openDatabase, readMarkets } from 'kwx/database'
import { systemPace } from 'kwx/sources'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'

import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { fetchMarkets } from '../src/feed/fetch-markets.ts'
import { livePair } from './support.ts'

const NOW = '2025-02-20T18:00:00Z'

describe.skipIf(!sharedFolder())('the markets of a loop', () => {
  let replay: ReplayExchange
  let db: Database
  beforeAll(async () => {
    replay = await replayExchange('--now', NOW)
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
  })
  afterAll(async () => {
    await db?.destroy()
    await replay?.stop()
  })

  it('are refused while the exchange charges otherwise than the manifest says', async () => {
    const { pair } = await livePair()
    const clock = { now: () => Date.parse(NOW) }
    const sources = createSources({ sources: replay.sources }, { clock, offline: false, pace: systemPace })
    const world = { db, sources, clock, inTurn: <Value>(work: () => Promise<Value>) => work(), onMarkets: () => {} }
    const change = { series_ticker: 'KXHIGHMIA', fee_type: 'quadratic', scheduled_ts: '2025-02-19T14:00:00Z' }
    await replay.setFaults({ feeChanges: { changes: [{ ...change, fee_multiplier: 2 }] } })
    await expect(fetchMarkets(world, pair.city)).rejects.toMatchObject({
      code: 'FEE_CHANGE_UNKNOWN',
      message: expect.stringContaining('quadratic times 2 since 2025-02-19'),
    })
    expect(await readMarkets(db, { city: 'miami', fromDay: 0, toDay: 30_000 })).toEqual([])
    await replay.setFaults({ feeChanges: { changes: [{ ...change, fee_multiplier: 1 }] } })
    expect(await fetchMarkets(world, pair.city)).toBeGreaterThan(0)
  })
})
