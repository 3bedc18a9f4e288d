import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runQuery } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import type { PortfolioReport } from '../src/paper/portfolio.ts'
import { openPaperPortfolio } from '../src/paper/portfolio.ts'
import { showPortfolio } from '../src/paper/show-portfolio.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { streamedLoop } from './recorded-loop.ts'
import { livePair } from './support.ts'

/** What the loop may ask of the services: nothing that changes anything. The recording answers any method but GET with 405. */
const READS = [
  /^\/trade-api\/v2\/(exchange\/(status|schedule)|series(\/\{s\}|\/fee_changes)?|events|markets(\/trades|\/candlesticks|\/orderbooks)?)$/,
  /^\/trade-api\/v2\/historical\/(cutoff|markets|trades)$/,
  /^\/(iem|nws|vc|ncei)\//,
]

describe.skipIf(!sharedFolder())('the loop with a paper portfolio over a recorded day', () => {
  let replay: ReplayExchange
  let opened: OpenedDatabase
  let pair: LivePair
  const reports: PortfolioReport[] = []
  const found: (string | null)[] = []

  beforeAll(async () => {
    replay = await replayExchange('--now', '2025-02-20T16:00:00Z')
    opened = await migratedDatabase(databaseKinds.at(-1)!)
    pair = (await livePair()).pair
  })
  afterAll(async () => {
    await opened?.done()
    await replay?.stop()
  })

  it('trades on its own signals, is paid by the exchange’s results the morning after, and adds up at every tick', async () => {
    const { db } = opened
    const news = {
      report: (report: PortfolioReport) => reports.push(report),
      checked: (one: string | null) => found.push(one),
    }
    const run = async (ticks: number) => {
      const options = { ticks, ...(await openPaperPortfolio(db, [pair], undefined, news)) }
      const home = await mkdtemp(join(tmpdir(), 'kwx-home-'))
      return streamedLoop({ replay, db, pairs: [pair] }, { options, world: { home } })
    }
    await run(40)
    expect(reports.reduce((sum, { fills }) => sum + fills, 0)).toBeGreaterThan(0)
    await replay.setClock({ now: '2025-02-21T14:05:00Z' })
    // What rested when the loop ended may be filled as it comes back; results are asked for again ten minutes later.
    await run(13)
    const shown = await showPortfolio(db, { loop: undefined, day: undefined })
    expect(shown.reconciliation).toEqual({ adds_up: true, mismatch: null })
    expect(shown.positions.filter(({ event_day }) => event_day === '2025-02-20')).toEqual([])
    const paid = await runQuery<{ ticker: string; result: string }>(
      db,
      `select ticker, paper_settlements.result from paper_settlements join markets using (market_id) where markets.result = paper_settlements.result`,
    )
    expect(paid.length).toBeGreaterThan(0)
    expect(found.length).toBe(53)
    expect(new Set(found)).toEqual(new Set([null]))
  })

  it('has asked the exchange for nothing but to be told things', async () => {
    const { by_route, by_status, ws_messages } = (await replay.stats()) as Awaited<
      ReturnType<ReplayExchange['stats']>
    > & {
      ws_messages: Record<string, number>
    }
    const asked = Object.keys(by_route)
    expect(asked).toContain('/trade-api/v2/markets')
    expect(asked.filter((route) => !READS.some((read) => read.test(route)))).toEqual([])
    expect(Object.keys(by_status)).toEqual(['200'])
    expect(Object.keys(ws_messages).length).toBeGreaterThan(0)
  })
})
