import {
  type Database,
  ensureMigrated,
  openDatabase,
  publicationLags,
  readMarkets,
  readSettlements,
  runQuery,
  saveReceipts,
} from 'kwx/database'
import { MS_PER_MINUTE, parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { ingestKalshi } from '../src/services/ingest/ingest-kalshi.ts'
import { ingestMaxima } from '../src/services/ingest/ingest-maxima.ts'
import { ingestObservations } from '../src/services/ingest/ingest-observations.ts'
import { ingestStatus, statusLines } from '../src/services/ingest/status.ts'
import { readFeeChanges } from '../src/storage/fee-changes.ts'
import { ingestedRows } from './support/ingested-rows.ts'
import { miami } from './support/miami.ts'
import { replayedIngest } from './support/replayed-ingest.ts'

const NOW = '2025-02-20T18:00:00Z'
const TABLES =
  'trades, candles, markets, events, observations, settlements, completeness, raw_payloads, fee_changes, report_receipts'

describe.skipIf(!sharedFolder())('an ingest from services at their worst', () => {
  let replay: ReplayExchange
  let db: Database
  beforeAll(async () => {
    replay = await replayExchange('--now', NOW)
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await runQuery(db, `truncate ${TABLES} cascade`)
  })
  afterAll(async () => {
    await db?.destroy()
    await replay?.stop()
  })
  const options = (from = '2025-02-17', to = from) =>
    replayedIngest(
      { replay, db, now: NOW },
      { city: miami, fromDay: parseDay(from), toDay: parseDay(to), station: 'KMIA' },
    )

  it('says that the exchange is closed where it says so itself, and keeps its word once it is open', async () => {
    await replay.setFaults({ maintenance: true })
    await expect(ingestKalshi(options())).rejects.toMatchObject({
      code: 'KALSHI_CLOSED',
      exit: 5,
      message: expect.stringContaining('closed for maintenance'),
    })
    expect((await ingestedRows(db)).completeness).toEqual([])
    await replay.clearFaults()
    expect((await ingestKalshi(options())).incomplete).toEqual([])
  })

  it('knows a failing server from a closed exchange', async () => {
    await replay.setFaults({ error503: { path: 'markets' } })
    await expect(ingestKalshi(options())).rejects.toMatchObject({ code: 'SOURCE_FAILED', exit: 1 })
  })

  it('is the same through a slow line, with every request given up that takes too long', async () => {
    const sources = { ...replay.sources, kalshi: { ...replay.sources['kalshi']!, timeoutSeconds: 1 } }
    await replay.setFaults({ latency: { ms: 1500, p: 1, times: 2, path: '/markets' } })
    const slow = replayedIngest({ replay: { ...replay, sources }, db, now: NOW }, options())
    const report = await ingestKalshi(slow)
    expect(report.incomplete).toEqual([])
    expect((await replay.stats()).faults_fired['latency']).toBe(2)
  })

  it('settles from the result where the exchange leaves its value blank', async () => {
    await replay.setFaults({ blankExpiration: true })
    expect((await ingestKalshi(options())).incomplete).toEqual([])
    const markets = await readMarkets(db, { city: 'miami', fromDay: 0, toDay: 30_000 })
    expect(markets.every(({ expiration_value, result }) => expiration_value === null && result !== null)).toBe(true)
    expect(markets.filter(({ result }) => result === 'yes')).toHaveLength(1)
  })

  it('says when the exchange charges otherwise than the manifest, on which day, and keeps what it said', async () => {
    const change = (day: string, type = 'quadratic_with_maker_fees') => ({
      series_ticker: 'KXHIGHMIA',
      fee_type: type,
      fee_multiplier: 1,
      scheduled_ts: `${day}T14:00:00Z`,
    })
    await replay.setFaults({ feeChanges: { changes: [change('2025-02-10'), change('2025-02-15', 'quadratic')] } })
    expect((await ingestKalshi(options('2025-02-17'))).warnings).toEqual([])
    expect((await ingestKalshi(options('2025-02-12'))).warnings).toEqual([
      'fees: KXHIGHMIA is charged quadratic_with_maker_fees times 1 since 2025-02-10; the manifest of miami says quadratic times 1 for 2025-02-11',
    ])
    const kept = await readFeeChanges(db, ['KXHIGHMIA'])
    expect(kept.slice(-2).map(({ fee_type }) => fee_type)).toEqual(['quadratic_with_maker_fees', 'quadratic'])
  })

  it('asks for the candles of a live event in few requests, and for a market by itself where they do not add up', async () => {
    await replay.resetStats()
    expect((await ingestKalshi({ ...options(), priceSource: 'candles' })).incomplete).toEqual([])
    const whole = await ingestedRows(db)
    const routes = async () =>
      Object.entries((await replay.stats()).by_route).flatMap(([route, { count }]) =>
        route.includes('candlesticks') ? [[route.split('/').at(-3), count]] : [],
      )
    expect(await routes()).toEqual([['events', 2]])
    await runQuery(db, `truncate ${TABLES} cascade`)
    await replay.resetStats()
    await replay.setFaults({ nullLists: { path: '/events/', times: 1 } })
    expect((await ingestKalshi({ ...options(), priceSource: 'candles' })).incomplete).toEqual([])
    expect((await routes()).find(([kind]) => kind === 'markets')![1]).toBeGreaterThan(0)
    expect((await ingestedRows(db)).candles).toEqual(whole.candles)
  })

  it('gets from api.weather.gov what IEM has of the last week', async () => {
    const week = options('2025-02-17', '2025-02-18')
    await ingestObservations({ ...week, feed: 'nws' })
    await ingestMaxima({ ...week, feed: 'nws-cli' })
    const nws = await ingestedRows(db)
    await runQuery(db, `truncate ${TABLES} cascade`)
    await ingestObservations({ ...week, feed: 'iem-asos' })
    await ingestMaxima({ ...week, feed: 'iem-cli' })
    const iem = await ingestedRows(db)
    const about = ({ valid_ms, known_ms, temp_f }: (typeof iem.observations)[number]) => [
      valid_ms,
      known_ms,
      Math.round(temp_f!),
    ]
    expect(nws.observations.map(about)).toEqual(iem.observations.map(about))
    expect(nws.settlements).toEqual(iem.settlements)
    expect(nws.completeness.map(({ kind, complete }) => [kind, complete])).toEqual(
      iem.completeness.map(({ kind, complete }) => [kind, complete]),
    )
  })

  it('does not ask a service for what it has forgotten', async () => {
    await expect(ingestObservations({ ...options('2025-01-18'), feed: 'nws' })).rejects.toMatchObject({
      code: 'INGEST_FORGOTTEN',
      exit: 2,
      hint: expect.stringContaining('kwx sources'),
    })
  })

  it("holds IEM's own table, where a correction replaced what paid, against it and never lets it pay", async () => {
    const day = { ...options('2024-11-27'), toDay: parseDay('2024-11-27') }
    await ingestMaxima({ ...day, feed: 'iem-daily' })
    await ingestMaxima({ ...day, feed: 'iem-cli' })
    const rows = await readSettlements(db, { city: 'miami', fromDay: day.toDay, toDay: day.toDay })
    expect(rows.find(({ used }) => used)).toMatchObject({ source: 'nws-cli', kind: 'final', tmax_f: 84 })
    expect(rows.find(({ source }) => source === 'iem-daily')).toMatchObject({ kind: 'cross-check', tmax_f: 81 })
  })

  it('dates reports by their receipts, and the rest by how late the receipts were', async () => {
    await ingestObservations({ ...options(), feed: 'iem-asos' })
    const before = await db.selectFrom('observations').selectAll().orderBy('valid_ms').execute()
    expect(before.every(({ known_ms, valid_ms }) => known_ms === valid_ms + 5 * MS_PER_MINUTE)).toBe(true)
    const received = before.slice(0, 30).map(({ station, source, valid_ms, report_type }, k) => ({
      station,
      source,
      valid_ms,
      report_type,
      received_ms: valid_ms + (k === 0 ? 2 : 9) * MS_PER_MINUTE,
      absent_ms: valid_ms + (k === 0 ? 1 : 8) * MS_PER_MINUTE,
    }))
    await saveReceipts(db, received)
    expect(await publicationLags(db, ['KMIA'])).toEqual([
      { station: 'KMIA', source: 'iem-asos', receipts: 30, median: 9, p95: 9, longest: 9 },
    ])
    await runQuery(db, 'truncate observations, completeness')
    await ingestObservations({ ...options(), feed: 'iem-asos' })
    const after = await db.selectFrom('observations').selectAll().orderBy('valid_ms').execute()
    const minutes = after.map(({ known_ms, valid_ms }) => (known_ms - valid_ms) / MS_PER_MINUTE)
    // Never before the delay that models are trained on.
    expect(minutes).toEqual(minutes.map((_, k) => (k === 0 ? 5 : 9)))
    const status = await ingestStatus(db, miami, parseDay('2025-02-16'), parseDay('2025-02-17'))
    expect(statusLines(status).at(-1)).toBe(
      'publication lag of iem-asos:KMIA: median 9.0, 95 of 100 within 9.0, longest 9.0 minutes (30 receipts)',
    )
  })
})
