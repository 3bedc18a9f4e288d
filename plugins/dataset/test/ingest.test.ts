import { type Database, ensureMigrated, openDatabase, runQuery } from 'kwx/database'
import { eventDayOfTicker } from 'kwx/market'
import { systemPace } from 'kwx/sources'
import { type Clock, parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'
import { saveRawPayload } from '../../../src/data/database/market-data/raw-payloads.ts'

import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { recordedTape } from '../../../test/support/tape.ts'
import {
  assertPresent,
  type CityIngest,
  ingestCity,
  missingData,
  sayPresent,
} from '../src/services/ingest/ingest-city.ts'
import { ingestKalshi } from '../src/services/ingest/ingest-kalshi.ts'
import { ingestMaxima } from '../src/services/ingest/ingest-maxima.ts'
import { ingestObservations } from '../src/services/ingest/ingest-observations.ts'
import { reportLines } from '../src/services/ingest/report-lines.ts'
import { ingestStatus, overviewLines, statusLines } from '../src/services/ingest/status.ts'
import { knownSpans } from '../src/storage/known-spans.ts'
import { ingestedRows } from './support/ingested-rows.ts'
import { miami } from './support/miami.ts'

const NOW = '2025-02-20T18:00:00Z'
const fromDay = parseDay('2025-01-18')
const toDay = parseDay('2025-01-20')

type Options = Parameters<typeof ingestMaxima>[0] & { station: string }
const ingestWeather = (options: Omit<Options, 'feed'>) => ingestObservations({ ...options, feed: 'iem-asos' })
const ingestSettlements = (options: Omit<Options, 'feed'>) => ingestMaxima({ ...options, feed: 'iem-cli' })

describe.skipIf(!sharedFolder())('an ingest from the replay exchange', () => {
  let replay: ReplayExchange
  let db: Database

  beforeAll(async () => {
    replay = await replayExchange('--now', NOW, '--cutoff', '2025-01-19T20:00:00Z')
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await replay.resetStats()
    await replay.setClock({ now: NOW })
    await wipe()
  })
  afterAll(async () => {
    await db?.destroy()
    await replay?.stop()
  })

  const options = (now = NOW): CityIngest & { sources: ReturnType<typeof createSources> } => {
    const clock: Clock = { now: () => Date.parse(now) }
    const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 100, signal) }
    const record = (payload: Parameters<typeof saveRawPayload>[1]) => saveRawPayload(db, payload)
    return {
      db,
      sources: createSources({ sources: replay.sources }, { clock, offline: false, record, pace }),
      clock,
      city: miami,
      fromDay,
      toDay,
      priceSource: 'trades',
      station: 'KMIA',
      signal: new AbortController().signal,
      workers: 2,
      log: () => {},
      progress: () => {},
    }
  }
  const TABLES = [
    'trades',
    'candles',
    'markets',
    'events',
    'observations',
    'settlements',
    'completeness',
    'raw_payloads',
  ] as const
  const wipe = async () => {
    for (const table of TABLES) await db.deleteFrom(table).execute()
  }
  const requests = async () => (await replay.stats()).requests
  const incompleteOf = async (kind: string) =>
    (await db.selectFrom('completeness').selectAll().where('complete', '=', false).execute()).filter(
      (row) => row.kind === kind,
    )

  it('ends with the recorded rows, and asks for nothing when it is run again', async () => {
    const reports = await ingestCity(options())
    expect(reports.flatMap(({ incomplete }) => incomplete)).toEqual([])
    const rows = await ingestedRows(db)
    const tape = recordedTape((ticker) => {
      const day = eventDayOfTicker(ticker)
      return ticker.startsWith('KXHIGHMIA-') && day !== null && day >= fromDay && day <= toDay
    })
    const recorded = [...tape]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([ticker, prints]) =>
        prints.map(({ tsMs, price, countCenti, takerYes }, ordinal) => ({
          ticker,
          ordinal,
          ts_ms: tsMs,
          price,
          count_centi: countCenti,
          taker_yes: takerYes,
        })),
      )
    expect(rows.trades).toEqual(recorded)
    expect(rows.markets).toHaveLength(18)
    expect(rows.markets.every(({ origin, result }) => origin === 'replay' && result !== null)).toBe(true)
    expect(rows.observations.length).toBeGreaterThan(4 * 24)
    expect(rows.observations.every(({ known_ms, valid_ms }) => known_ms === valid_ms + 300_000)).toBe(true)
    expect(rows.settlements.filter(({ used }) => used)).toHaveLength(4)
    const { count } = await db
      .selectFrom('raw_payloads')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(await requests())

    await replay.resetStats()
    expect(await missingData(options())).toEqual([])
    const again = await ingestCity(options())
    expect(again.map(({ fetched }) => fetched)).toEqual([0, 0, 0])
    expect(await requests()).toBe(0)
    expect(await ingestedRows(db)).toEqual(rows)
  })

  it('reads candles instead of trades, whose volumes make up the markets', async () => {
    const [report] = await ingestCity({ ...options(), priceSource: 'candles' })
    expect(report!.incomplete).toEqual([])
    const { candles, markets } = await ingestedRows(db)
    for (const { ticker, volume_centi } of markets) {
      const sum = candles.filter((row) => row.ticker === ticker).reduce((total, row) => total + row.volume_centi, 0)
      expect(sum).toBe(volume_centi)
    }
    expect(candles.some(({ bid_close }) => bid_close === null)).toBe(true)
    expect(candles.every(({ bid_close, ask_close }) => bid_close !== 0 && ask_close !== 10_000)).toBe(true)
  })

  it('does not call a trading day complete, and fetches it again once it is settled', async () => {
    const during = '2025-01-20T18:00:00Z'
    await replay.setClock({ now: during })
    const first = await ingestKalshi({ ...options(during), priceSource: 'trades' })
    const open = first.incomplete.filter(({ day }) => day === toDay)
    expect(open.map(({ reason }) => reason)).toEqual(Array(2).fill('6 of 6 markets are not settled yet'))
    expect(open.every((one) => one.open)).toBe(true)
    await replay.setClock({ now: NOW })
    const second = await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect(second.fetched).toBe(first.incomplete.length / 2)
    expect(second.incomplete).toEqual([])
    const { markets, trades } = await ingestedRows(db)
    const volume = markets.reduce((sum, row) => sum + row.volume_centi!, 0)
    expect(trades.reduce((sum, row) => sum + row.count_centi, 0)).toBe(volume)
  })

  it('fetches a market again whose counts do not make up its volume', async () => {
    await replay.setFaults({ dropRows: { fraction: 0.2, path: 'trades', times: 1 } })
    const report = await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect((await replay.stats()).faults_fired['dropRows']).toBe(1)
    expect(report.incomplete).toEqual([])
  })

  it('records lost rows as incomplete and reports them, and repairs them in the next run', async () => {
    await replay.setFaults({ dropRows: { fraction: 0.2, path: 'trades' } })
    const report = await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect(report.incomplete.map(({ kind, open }) => [kind, open])).toEqual(Array(3).fill(['trades', false]))
    expect(reportLines([report]).join('\n')).toMatch(
      /trades incomplete: trades of KXHIGHMIA-.* sum to [\d.]+ contracts, its volume is [\d.]+ \(2025-01-18\)/,
    )
    expect(await incompleteOf('trades')).toHaveLength(3)
    expect((await missingData(options())).map(({ need }) => need.kind)).toContain('trades')

    await replay.clearFaults()
    await ingestCity(options())
    const repaired = await ingestedRows(db)
    await wipe()
    await ingestCity(options())
    expect(repaired).toEqual(await ingestedRows(db))
  })

  it('puts a market in the place of what was there: prints of two answers never mix', async () => {
    await ingestKalshi({ ...options(), priceSource: 'trades' })
    const whole = await ingestedRows(db)
    const { market_id } = await db.selectFrom('markets').select('market_id').limit(1).executeTakeFirstOrThrow()
    const stray = { market_id, ordinal: 99_999, ts_ms: 0, price: 1, count_centi: 100, taker_yes: true }
    await db.insertInto('trades').values(stray).execute()
    await db.updateTable('completeness').set({ complete: false }).where('kind', '=', 'trades').execute()
    await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect(await ingestedRows(db)).toEqual(whole)
  })

  it.each(['live markets', 'historical markets'])('lists a ladder again that came with a hole: %s', async (tier) => {
    const path = tier === 'live markets' ? '/v2/markets' : 'historical/markets'
    await replay.setFaults({ dropRows: { fraction: 0.4, path, times: 1 } })
    const report = await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect(report.incomplete).toEqual([])
    expect((await ingestedRows(db)).markets).toHaveLength(18)
  })

  it('takes no empty answer for a whole one', async () => {
    await replay.setFaults({ nullLists: true })
    const report = await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect(report.incomplete.map(({ reason }) => reason)).toEqual(
      ['2025-01-18', '2025-01-19', '2025-01-20'].map((day) => `no market in either tier on ${day}`),
    )
    expect(await incompleteOf('trades')).toHaveLength(3)
    await replay.setFaults({ nullLists: { path: 'trades' } })
    const second = await ingestKalshi({ ...options(), priceSource: 'trades' })
    expect(second.incomplete.length).toBe(3)
  })

  it('reads the strikes of archived markets from their rules', async () => {
    const legacy = await replayExchange('--now', NOW, '--legacy-before', '2025-02-01')
    try {
      const sources = createSources({ sources: legacy.sources }, { clock: options().clock, offline: false })
      await ingestKalshi({ ...options(), sources, priceSource: 'trades' })
      const old = (await ingestedRows(db)).markets.map(({ volume_centi: _, ...row }) => row)
      await wipe()
      await ingestKalshi({ ...options(), priceSource: 'trades' })
      expect(old).toEqual((await ingestedRows(db)).markets.map(({ volume_centi: _, ...row }) => row))
    } finally {
      await legacy.stop()
    }
  })

  it('proves a day of reports by its hours, and asks twice about a gap', async () => {
    await replay.setFaults({ dropRows: { fraction: 0.3, path: 'asos', times: 1 } })
    const report = await ingestWeather({ ...options(), station: 'KMIA' })
    const rows = await ingestedRows(db)
    await wipe()
    await replay.clearFaults()
    const clean = await ingestWeather({ ...options(), station: 'KMIA' })
    expect(clean.incomplete).toEqual([])
    expect(rows.observations).toEqual((await ingestedRows(db)).observations)
    expect(report.incomplete.every(({ reason }) => /two answers differ/.test(reason))).toBe(true)
  })

  it('leaves days open for which a station or the weather service gave nothing', async () => {
    const future = { fromDay: parseDay('2025-02-20'), toDay: parseDay('2025-02-21') }
    const weather = await ingestWeather({ ...options(), ...future, station: 'KMIA' })
    expect(weather.incomplete.map(({ reason, open }) => [reason, open])).toEqual(
      Array(2).fill(['the day is not over', true]),
    )
    const settlements = await ingestSettlements({ ...options(), ...future })
    expect(settlements.incomplete.at(-1)).toMatchObject({
      reason: 'none of 0 reports is final with a maximum',
      open: true,
    })
    await replay.setFaults({ cliMissing: true })
    const missing = await ingestSettlements(options())
    expect(missing.incomplete.map(({ reason, open }) => [reason, open])).toEqual(
      Array(4).fill(['none of 2 reports is final with a maximum', false]),
    )
  })

  it('keeps every issuance, and uses the first final one', async () => {
    const span = { fromDay: parseDay('2024-11-27'), toDay: parseDay('2024-11-27') }
    await ingestSettlements({ ...options(), ...span })
    const { settlements } = await ingestedRows(db)
    const day = settlements
      .filter((row) => row.day === span.toDay)
      .map(({ kind, tmax_f, used }) => [kind, tmax_f, used])
    expect(day).toEqual([
      ['preliminary', expect.any(Number), false],
      ['final', 84, true],
      ['correction', 81, false],
    ])
  })

  it('names kinds, days and the command when data is missing offline', async () => {
    await ingestWeather({ ...options(), station: 'KMIA' })
    await expect(assertPresent(options())).rejects.toMatchObject({
      code: 'INGEST_OFFLINE_MISSING',
      exit: 5,
      message:
        'The database lacks for miami: markets of 3 days (2025-01-18 to 2025-01-20); trades of 3 days ' +
        '(2025-01-18 to 2025-01-20); settlements of 4 days (2025-01-17 to 2025-01-20). The network is forbidden.',
      hint: expect.stringContaining('kwx ingest import'),
    })
    await ingestCity(options())
    await expect(assertPresent(options())).resolves.toBeUndefined()
    await expect(assertPresent({ ...options(), station: 'KORD' })).rejects.toThrow(/observations at KORD of 4 days/)
  })

  it('says which days are there and not whole', async () => {
    await replay.setFaults({ cliMissing: true })
    await ingestCity(options())
    expect(await sayPresent(options())).toBe(
      'the database has every day; settlements of 2025-01-17 to 2025-01-20 are incomplete',
    )
    await replay.clearFaults()
    await ingestCity(options())
    expect(await sayPresent(options())).toBe('the database has every day')
  })

  it('names the settings with which the data that is there would do', async () => {
    await ingestCity({ ...options(), priceSource: 'trades' })
    await expect(assertPresent({ ...options(), priceSource: 'candles' })).rejects.toMatchObject({
      hint: expect.stringMatching(/^What is there would do with "price_source: trades" in the configuration\. Run/),
    })
    await expect(assertPresent({ ...options(), priceSource: 'trades', station: 'KORD' })).rejects.toMatchObject({
      hint: expect.stringContaining('"observation_station: KMIA"'),
    })
    await expect(assertPresent({ ...options(), toDay: toDay + 1 })).rejects.toMatchObject({
      hint: expect.stringMatching(/^Run the same command/),
    })
  })

  it('shows what it has, a mark for each day', async () => {
    await ingestKalshi({ ...options(), priceSource: 'trades' })
    const status = await ingestStatus(db, miami, fromDay - 1, toDay)
    expect(statusLines(status)).toEqual([
      'miami, 2025-01-17 to 2025-01-20; a mark is a day: # complete, o incomplete, . nothing',
      expect.stringMatching(/^markets {7}kalshi {17}3 complete, 0 incomplete, 1 absent, 18 rows$/),
      '  .###',
      expect.stringMatching(/^trades .* 3 complete, 0 incomplete, 1 absent, \d+ rows$/),
      '  .###',
    ])
    expect(overviewLines(status)).toEqual([
      'miami, 2025-01-17 to 2025-01-20',
      expect.stringMatching(/^ {2}markets {7}kalshi {17}3 complete, 0 incomplete, 1 absent, 18 rows$/),
      expect.stringMatching(/^ {2}trades /),
    ])
    expect(Object.fromEntries(await knownSpans(db))).toEqual({ miami: { from: fromDay, to: toDay } })
  })

  it('fetches again what was deleted, whatever was written about it, and nothing else', async () => {
    await ingestCity(options())
    const whole = await ingestedRows(db)
    const lost = [
      'delete from trades where ordinal = 3 and market_id = (select min(market_id) from trades)',
      "delete from observations where report_type = 'special' and valid_ms = (select min(valid_ms) from observations where report_type = 'special')",
      "delete from settlements where kind = 'preliminary' and day = (select min(day) from settlements)",
    ]
    for (const statement of lost) await runQuery(db, statement)
    const status = await ingestStatus(db, miami, fromDay - 1, toDay)
    expect(status.days.filter(({ complete }) => !complete).map(({ kind, proof }) => [kind, proof['lost']])).toEqual([
      ['observations', 1],
      ['settlements', 1],
      ['trades', 1],
    ])
    const again = await ingestCity(options())
    expect(again.map(({ fetched }) => fetched)).toEqual([1, 1, 1])
    expect(await ingestedRows(db)).toEqual(whole)
  })

  it('writes nothing as complete when a request fails for good', async () => {
    await replay.setFaults({ error500: { path: 'trades', after: 3 } })
    await expect(ingestKalshi({ ...options(), priceSource: 'trades' })).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    const { completeness } = await ingestedRows(db)
    expect(completeness.length).toBeLessThan(6)
    await replay.clearFaults()
    await ingestCity(options())
    expect(await missingData(options())).toEqual([])
  })
})
