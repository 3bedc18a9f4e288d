import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Database,
  dataFingerprint,
  loadCandles,
  loadQuotes,
  loadTrades,
  readCompleteness,
  readMarkets,
  readObservations,
  readSettlements,
  runQuery,
  type SettlementInput,
  saveCompleteness,
  saveMarkets,
  saveObservations,
  saveSettlements,
} from '../../src/data/database/index.ts'
import { saveRawPayload } from '../../src/data/database/market-data/raw-payloads.ts'
import { listRuns, readRun, recordRun, recordStepRun } from '../../src/data/database/runs/runs.ts'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../support/databases.ts'
import { event, market, observation, settlement } from '../support/row-examples.ts'

describe.each(databaseKinds)('repositories on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(() => emptyTables(db))

  describe('saveMarkets', () => {
    it('gives every market an id and keeps it when the market comes again', async () => {
      const events = [event('E1', 20_000, [market('E1-A'), market('E1-B')]), event('E2', 20_001, [market('E2-A')])]
      const ids = await saveMarkets(db, events)
      expect([...ids.keys()].sort()).toEqual(['E1-A', 'E1-B', 'E2-A'])
      expect(await saveMarkets(db, events.toReversed())).toEqual(ids)
      const rows = await readMarkets(db, { city: 'miami', fromDay: 20_000, toDay: 20_000 })
      expect(rows).toEqual([
        expect.objectContaining({
          market_id: ids.get('E1-A'),
          event_ticker: 'E1',
          series_ticker: 'KXHIGHMIA',
          city: 'miami',
          day: 20_000,
          origin: 'real',
          close_ms: 1_740_086_400_000,
        }),
        expect.objectContaining({ market_id: ids.get('E1-B') }),
      ])
    })

    it('never replaces a known fact by null, and brings the rest up to date', async () => {
      const settled = market('E1-A', {
        status: 'finalized',
        result: 'yes',
        expiration_value: 80.5,
        volume_centi: 5_000_000_000,
      })
      await saveMarkets(db, [event('E1', 20_000, [settled])])
      await saveMarkets(db, [
        event('E1', 20_000, [market('E1-A', { status: 'closed', open_ms: null, close_ms: null })], {
          origin: 'replay',
        }),
      ])
      expect(await readMarkets(db, { city: 'miami', strikeType: 'between', fromDay: 0, toDay: 30_000 })).toEqual([
        expect.objectContaining({ ...settled, status: 'closed', origin: 'real' }),
      ])
      await saveMarkets(db, [event('E1', 20_000, [market('E1-A', { result: 'no' })])])
      expect((await readMarkets(db, { city: 'miami', fromDay: 0, toDay: 30_000 }))[0]!.result).toBe('no')
    })

    it('takes the last of two markets with one ticker', async () => {
      await saveMarkets(db, [
        event('E1', 20_000, [market('E1-A', { status: 'active' }), market('E1-A', { status: 'closed' })]),
      ])
      expect(await readMarkets(db, { city: 'miami', fromDay: 0, toDay: 30_000 })).toEqual([
        expect.objectContaining({ status: 'closed' }),
      ])
    })

    it('saves nothing from nothing', async () => {
      expect(await saveMarkets(db, [])).toEqual(new Map())
    })
  })

  describe('saveObservations', () => {
    it('keeps nulls and takes new values of a report that is there', async () => {
      await saveObservations(db, [
        observation({ valid_ms: 2000 }),
        observation(),
        observation({ report_type: 'special', temp_f: null }),
      ])
      await saveObservations(db, [observation({ temp_f: 78 })])
      expect(await readObservations(db, { station: 'KMIA', fromMs: 1000, toMs: 2000 })).toEqual([
        observation({ temp_f: 78 }),
        observation({ report_type: 'special', temp_f: null }),
      ])
    })

    it('keeps text as it is', async () => {
      const odd = observation({ source: 'é\n"x"\t\\N' })
      await saveObservations(db, [odd])
      expect(await readObservations(db, { station: 'KMIA', fromMs: 0, toMs: 5000 })).toEqual([odd])
    })
  })

  describe('saveSettlements', () => {
    const used = async () =>
      (await readSettlements(db, { city: 'miami', fromDay: 20_000, toDay: 20_000 }))
        .filter((row) => row.used)
        .map(({ product_id }) => product_id)

    it.each<[string, Partial<SettlementInput>[], string[]]>([
      [
        'the first final by issue time',
        [
          { product_id: 'late', issued_ms: 9 },
          { product_id: 'early', issued_ms: 5 },
        ],
        ['early'],
      ],
      [
        'a final and never its correction',
        [
          { product_id: 'c', kind: 'correction', issued_ms: 1 },
          { product_id: 'f', issued_ms: 2 },
        ],
        ['f'],
      ],
      [
        'a final before an archive value',
        [{ product_id: 'a', kind: 'archive', issued_ms: 1, source: 'archive' }, { product_id: 'f' }],
        ['f'],
      ],
      [
        'an archive value where there is no final',
        [
          { product_id: 'a', kind: 'archive', issued_ms: null, source: 'archive' },
          { product_id: 'p', kind: 'preliminary' },
        ],
        ['a'],
      ],
      ['no preliminary value', [{ product_id: 'p', kind: 'preliminary' }], []],
      [
        'no report without a temperature',
        [
          { product_id: 'mm', tmax_f: null, issued_ms: 1 },
          { product_id: 'f', issued_ms: 2 },
        ],
        ['f'],
      ],
    ])('uses %s', async (_, rows, expected) => {
      await saveSettlements(db, rows.map(settlement))
      expect(await used()).toEqual(expected)
      for (const row of rows.toReversed()) await saveSettlements(db, [settlement(row)])
      expect(await used()).toEqual(expected)
    })

    it('moves the mark when an earlier final turns up, and leaves other days alone', async () => {
      await saveSettlements(db, [settlement({ product_id: 'b', issued_ms: 5 }), settlement({ day: 20_001 })])
      await saveSettlements(db, [settlement({ product_id: 'a', issued_ms: 4 })])
      expect(await used()).toEqual(['a'])
      expect((await readSettlements(db, { city: 'miami', fromDay: 20_001, toDay: 20_001 }))[0]!.used).toBe(true)
    })
  })

  it('keep one answer to one request once', async () => {
    const body = gzipSync('{"größe":1}')
    const payload = {
      source: 'kalshi',
      url: 'https://example.test/a?b=1',
      status: 200,
      received_ms: 5,
      sha256: 'aa',
      encoding: 'gzip' as const,
      body,
    }
    await saveRawPayload(db, payload)
    await saveRawPayload(db, { ...payload, received_ms: 6 })
    await saveRawPayload(db, { ...payload, sha256: 'bb' })
    const rows = await db.selectFrom('raw_payloads').selectAll().orderBy('payload_id').execute()
    expect(rows.map(({ received_ms, sha256 }) => [received_ms, sha256])).toEqual([
      [5, 'aa'],
      [5, 'bb'],
    ])
    expect(rows[0]!.body).toEqual(body)
  })

  it('keep the newest completeness of a city-day', async () => {
    const row = {
      city: 'miami',
      day: 20_000,
      kind: 'trades' as const,
      source: 'kalshi',
      expected: 5,
      received: 4,
      complete: false,
      proof: { gaps: [1] },
      updated_ms: 1,
    }
    await saveCompleteness(db, [row, { ...row, day: 20_001 }])
    await saveCompleteness(db, [{ ...row, received: 5, complete: true, updated_ms: 2 }])
    expect(await readCompleteness(db, 'miami', 20_000, 20_000)).toEqual([
      { ...row, received: 5, complete: true, updated_ms: 2 },
    ])
  })

  it('record runs with their steps', async () => {
    const run = {
      run_id: 'r1',
      pipeline: 'pilot',
      params: { city: 'miami' },
      kwx_version: '1',
      started_ms: 1,
      ended_ms: null,
      exit: null,
    }
    const step = {
      run_id: 'r1',
      step: 'train[miami]',
      use: 'train:walk-forward',
      cache_key: null,
      status: 'ran' as const,
      started_ms: 2,
      ended_ms: 3,
      exit: 0,
      summary: 'ok',
      artefacts: { pilot: 'abc' },
    }
    await recordRun(db, run)
    await recordStepRun(db, step)
    await recordStepRun(db, { ...step, summary: 'again' })
    await recordRun(db, { ...run, ended_ms: 9, exit: 3 })
    await recordRun(db, { ...run, run_id: 'r2', started_ms: 5 })
    expect((await listRuns(db)).map(({ run_id }) => run_id)).toEqual(['r2', 'r1'])
    expect(await readRun(db, 'r1')).toEqual({
      run: { ...run, ended_ms: 9, exit: 3 },
      steps: [{ ...step, summary: 'again' }],
    })
    expect(await readRun(db, 'none')).toBeNull()
  })

  describe('dataFingerprint', () => {
    const span = { city: 'miami', fromDay: 20_000, toDay: 20_001, station: 'KMIA', priceSource: 'trades' as const }
    const validMs = 20_000 * 86_400_000
    const trades = (ids: readonly number[], price = 3500) => ({
      marketId: Int32Array.from(ids),
      ordinal: Int32Array.from(ids, () => 0),
      tsMs: Float64Array.from(ids, () => validMs),
      price: Int16Array.from(ids, () => price),
      countCenti: Int32Array.from(ids, () => 100),
      takerYes: Uint8Array.from(ids, () => 1),
    })
    const fill = async (order: 1 | -1) => {
      const events = [event('E1', 20_000, [market('E1-A')]), event('E2', 20_001, [market('E2-A')])]
      const ids = new Map<string, number>()
      for (const one of order === 1 ? events : events.toReversed())
        for (const [k, id] of await saveMarkets(db, [one])) ids.set(k, id)
      await loadTrades(db, trades([...ids.values()]))
      const readings = [observation({ valid_ms: validMs }), observation({ valid_ms: validMs + 1 })]
      for (const one of order === 1 ? readings : readings.toReversed()) await saveObservations(db, [one])
      await saveSettlements(db, [settlement()])
      return ids
    }

    it('does not depend on ids or on the order in which rows came', async () => {
      await fill(1)
      const one = await dataFingerprint(db, span)
      await emptyTables(db)
      await fill(-1)
      expect(await dataFingerprint(db, span)).toBe(one)
      await fill(1)
      expect(await dataFingerprint(db, span)).toBe(one)
    })

    it.each<[string, (ids: Map<string, number>) => Promise<unknown>]>([
      ['a price', (ids) => loadTrades(db, trades([ids.get('E1-A')!], 3600))],
      ['a reading', () => saveObservations(db, [observation({ valid_ms: validMs, temp_f: 1 })])],
      ['a settlement', () => saveSettlements(db, [settlement({ tmax_f: 85 })])],
      ['a result', () => saveMarkets(db, [event('E1', 20_000, [market('E1-A', { result: 'yes' })])])],
      [
        'a print that changes its market',
        (ids) =>
          runQuery(db, 'update trades set market_id = $2, ordinal = 1 where market_id = $1', [
            ids.get('E1-A'),
            ids.get('E2-A'),
          ]),
      ],
    ])('changes with %s', async (_, change) => {
      const ids = await fill(1)
      const before = await dataFingerprint(db, span)
      await change(ids)
      expect(await dataFingerprint(db, span)).not.toBe(before)
    })

    it('sees recorded quotes where they are asked for', async () => {
      const ids = await fill(1)
      const of = () => dataFingerprint(db, { ...span, priceSource: 'quotes' })
      const [before, trades] = [await of(), await dataFingerprint(db, span)]
      await loadQuotes(db, {
        marketId: Int32Array.of(ids.get('E1-A')!),
        tsMs: Float64Array.of(5),
        bid: Int16Array.of(4000),
        ask: Int16Array.of(-1),
        bidSizeCenti: Int32Array.of(100),
        askSizeCenti: Int32Array.of(-1),
      })
      expect(await of()).not.toBe(before)
      expect(await dataFingerprint(db, span)).toBe(trades)
    })

    it('does not see other cities, other price sources or the mark of completeness', async () => {
      const ids = await fill(1)
      const [before, candlesBefore] = [
        await dataFingerprint(db, span),
        await dataFingerprint(db, { ...span, priceSource: 'candles' }),
      ]
      const side = { open: Int16Array.of(1), high: Int16Array.of(1), low: Int16Array.of(1), close: Int16Array.of(1) }
      await loadCandles(db, {
        marketId: Int32Array.of(ids.get('E1-A')!),
        endMinute: Int32Array.of(5),
        price: side,
        bid: side,
        ask: side,
        volumeCenti: Int32Array.of(1),
        openInterestCenti: Int32Array.of(1),
      })
      await saveMarkets(db, [event('X', 20_000, [market('X-A')], { city: 'austin' })])
      expect(await dataFingerprint(db, span)).toBe(before)
      const candlesAfter = await dataFingerprint(db, { ...span, priceSource: 'candles' })
      expect(candlesAfter).not.toBe(candlesBefore)
      await runQuery(db, 'update candles set complete = true')
      expect(await dataFingerprint(db, { ...span, priceSource: 'candles' })).toBe(candlesAfter)
    })
  })

  it('show people tickers and times', async () => {
    const ids = await saveMarkets(db, [event('E1', 20_000, [market('E1-A')])])
    await loadTrades(db, {
      marketId: Int32Array.of(ids.get('E1-A')!),
      ordinal: Int32Array.of(0),
      tsMs: Float64Array.of(1_740_000_000_123),
      price: Int16Array.of(3550),
      countCenti: Int32Array.of(150),
      takerYes: Uint8Array.of(0),
    })
    expect(
      await runQuery(
        db,
        `select ticker, event_day, traded_at = timestamptz '2025-02-19T21:20:00.123Z' as at, yes_price::float8, count::float8, taker_side from trades_view`,
      ),
    ).toEqual([{ ticker: 'E1-A', event_day: '2024-10-04', at: true, yes_price: 35.5, count: 1.5, taker_side: 'no' }])
  })
})
