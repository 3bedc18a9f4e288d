import { type Database, ensureMigrated, openDatabase, publicationLags, runQuery } from 'kwx/database'
import { systemPace } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'

import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { ReportNews } from '../src/feed/report-news.ts'
import { Turns } from '../src/loop/turns.ts'
import { livePair } from './support.ts'

const START = '2025-02-20T18:00:00Z'

describe.skipIf(!sharedFolder())('the reports of a loop', () => {
  let replay: ReplayExchange
  let db: Database
  beforeAll(async () => {
    replay = await replayExchange('--now', START)
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await replay.setClock({ now: START })
    await runQuery(db, 'truncate observations, report_receipts')
  })
  afterAll(async () => {
    await db?.destroy()
    await replay?.stop()
  })

  /** A loop's news over some minutes; `also` may disturb a minute before it is asked. */
  /** Reports that the last call of `news` fetched. */
  let fetched = 0
  async function news(
    minutes: number,
    {
      vc = false,
      contact = 'me@example.org',
      also = async (_: number) => {},
    }: Partial<{ vc: boolean; contact: string; also: (minute: number) => Promise<void> }> = {},
  ) {
    const { pair } = await livePair()
    const clock = { ms: Date.parse(START), now: () => clock.ms }
    const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 200, signal) }
    const sources = createSources(
      {
        sources: { ...replay.sources, 'visual-crossing': { ...replay.sources['visual-crossing']!, key: 'sesame' } },
        ...(contact ? { contact } : {}),
      },
      { clock, offline: false, pace },
    )
    const turns = new Turns()
    const world = {
      db,
      sources,
      clock,
      signal: new AbortController().signal,
      inTurn: <Value>(work: () => Promise<Value>) => turns.take(work),
    }
    const config = { ...pair.loaded.config, use_vc_minutes: vc }
    const reports = new ReportNews(world as never, [{ ...pair, loaded: { ...pair.loaded, config } }])
    const faults: string[] = []
    fetched = 0
    for (let minute = 0; minute < minutes; minute++) {
      await also(minute)
      const brought = await reports.fetch(clock.ms)
      faults.push(...(brought?.faults ?? []))
      fetched += brought?.rows ?? 0
      clock.ms += MS_PER_MINUTE
      await replay.setClock({ now: new Date(clock.ms).toISOString() })
    }
    return faults
  }
  const rows = () => db.selectFrom('observations').selectAll().orderBy('valid_ms').execute()
  const bySource = async () => Map.groupBy(await rows(), ({ source }) => source)

  it('come from IEM and api.weather.gov alike, each report once for each', async () => {
    expect(await news(2)).toEqual([])
    const found = await bySource()
    expect([...found.keys()].sort()).toEqual(['iem-asos', 'nws'])
    const times = (source: string) => found.get(source)!.map(({ valid_ms }) => valid_ms)
    expect(times('nws')).toEqual(times('iem-asos'))
  })

  it('count the reports of all feeds, whichever answers first', async () => {
    await news(1)
    expect((await bySource()).size).toBe(2)
    expect(fetched).toBe((await rows()).length)
  })

  it.each([
    ['IEM', '/iem/', 'iem-asos', 'nws'],
    ['api.weather.gov', '/nws/', 'nws', 'iem-asos'],
  ])('come from the others while %s is down', async (_, path, down, up) => {
    await replay.setFaults({ error503: { path } })
    const faults = await news(2)
    expect(faults).toHaveLength(2)
    expect(faults[0]).toContain(`reports of KMIA from ${down}: `)
    expect([...(await bySource()).keys()]).toEqual([up])
  })

  it('leave out who wants a contact that is not set, and minutes that the configuration does not use', async () => {
    expect(await news(1, { contact: '' })).toEqual([])
    expect([...(await bySource()).keys()]).toEqual(['iem-asos'])
  })

  it('hold minute rows where the configuration uses them, marked where they repeat, at their own pace', async () => {
    await replay.resetStats()
    expect(await news(31, { vc: true })).toEqual([])
    const minutes = (await bySource()).get('visual-crossing')!
    expect(minutes.some(({ forward_filled }) => forward_filled)).toBe(true)
    const { by_route: routes } = await replay.stats()
    expect(routes['/vc/.../timeline/{loc}/{d1}/{d2}']!.count).toBe(2)
    expect(routes['/nws/stations/{id}/observations']!.count).toBe(31)
  })

  it('are known when they were received, and measure how late their source is', async () => {
    await news(125)
    const lags = await publicationLags(db, ['KMIA'])
    expect(lags.map(({ source }) => source)).toEqual(['iem-asos', 'nws'])
    // The recording gives every report five minutes after its time; a loop that asks each minute sees it within one more.
    for (const { receipts, median, longest } of lags) {
      expect(receipts).toBeGreaterThanOrEqual(2)
      expect(median).toBeGreaterThanOrEqual(5)
      expect(longest).toBeLessThanOrEqual(6)
    }
    const late = (await rows()).filter(({ valid_ms }) => valid_ms >= Date.parse(START))
    expect(late.length).toBeGreaterThan(0)
    expect(late.every(({ known_ms, valid_ms }) => known_ms >= valid_ms + 300_000)).toBe(true)
  })

  it('measure nothing where the loop had not asked shortly before', async () => {
    await news(62, { also: (minute) => replay.setFaults({ error503: minute < 59 && minute > 0 ? true : null }) })
    expect(await publicationLags(db, ['KMIA'])).toEqual([])
  })
})
