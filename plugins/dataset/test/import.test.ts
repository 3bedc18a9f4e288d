import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import {
  type Database,
  dataFingerprint,
  readCandles,
  readCompleteness,
  readMarkets,
  readObservations,
  readQuotes,
  readSettlements,
  readTrades,
  runQuery,
} from 'kwx/database'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { importFolder } from '../src/services/import/import-folder.ts'
import type { ImportOptions } from '../src/services/import/options.ts'
import { splitRow } from '../src/services/import/read-csv.ts'
import { city } from './support/setup.ts'

const DAY = parseDay('2025-02-20')
const MARKETS =
  'ticker,event_ticker,series_ticker,city,event_date,strike_type,floor_strike,cap_strike,open_time,close_time,result,settlement_value,volume,open_interest,last_price,status,metadata_source,n_trades'
const marketLine = (over: Record<string, string> = {}) => {
  const cells: Record<string, string> = {
    ticker: 'KXHIGHNY-25FEB20-B40.5',
    event_ticker: 'KXHIGHNY-25FEB20',
    series_ticker: 'KXHIGHNY',
    city: 'new_york',
    event_date: '2025-02-20',
    strike_type: 'between',
    floor_strike: '40.0',
    cap_strike: '41.0',
    open_time: '2025-02-19T15:00:00Z',
    close_time: '2025-02-21T04:59:00Z',
    result: 'yes',
    settlement_value: '"40. Words, and more"',
    volume: '35',
    metadata_source: 'kalshi_event_json',
    ...over,
  }
  return MARKETS.split(',')
    .map((name) => cells[name] ?? '')
    .join(',')
}
const TRADES = 'market_ticker,ts_utc,yes_price,count,taker_side'
const trade = (ts: string, price = '35', count = '10', side = 'yes', ticker = 'KXHIGHNY-25FEB20-B40.5') =>
  [ticker, ts, price, count, side].join(',')

const PRINTS = [
  trade('2025-02-20T10:00:00.500Z', '35', '10'),
  trade('2025-02-20T10:00:00.500Z', '36', '5', 'no'),
  trade('2025-02-20T10:00:00.500Z', '36', '5', 'no'),
  trade('2025-02-20T09:59:59.999Z', '34', '15'),
]
const CANDLE_HEADER =
  'market_ticker,ts_utc,yes_bid_open,yes_bid_high,yes_bid_low,yes_bid_close,yes_ask_open,yes_ask_high,yes_ask_low,yes_ask_close,price_open,price_high,price_low,price_close,volume,open_interest,is_synthetic'
const T = 'KXHIGHCHI-25MAY20-B58.5'
const FILES: Record<string, string[]> = {
  'tape/markets.csv.gz': [MARKETS, marketLine(), marketLine()],
  'tape/expiration_values.csv.gz': ['city,station,event_date,tmax_f,source', 'new_york,KNYC,2025-02-20,40.0,x'],
  'tape/trades.csv.gz': [TRADES, ...PRINTS],
  'observations/observations.csv.gz': [
    'station,ts_utc,temp_f,dew_f,humidity_pct,wind_mph,source,report_type',
    'KLGA,2025-02-20T10:51:00Z,39.92,,80.0,3.4,noaa_ghcnh,FM15',
    'KLGA,2025-02-20T10:51:00Z,39.02,20,80.0,3.4,noaa_ghcnh,FM16',
    'KXXX,2025-02-20T10:51:00Z,39.92,,80.0,3.4,noaa_ghcnh,FM15',
  ],
  'settlements/settlements.csv.gz': [
    'city,station,event_date,tmax_f,source,a,b',
    'new_york,KNYC,2025-02-20,40.0,acis,,',
  ],
  'quotes_x/markets.csv.gz': [
    MARKETS.replace('volume', 'volume_in_file'),
    `${T},KXHIGHCHI-25MAY20,KXHIGHCHI,chicago,2025-05-20,between,58.0,59.0,,,yes,58.0,3,,,,derived_from_ticker_and_settlement,`,
  ],
  'quotes_x/candles_1m.csv.gz': [
    CANDLE_HEADER,
    `${T},2025-05-20T12:00:00Z,0,0,0,0,100,100,100,100,2.0,2.0,2.0,2.0,0,75,0`,
    `${T},2025-05-20T12:01:00Z,3,4,2,3,6,7,5,6,5.5,5.5,5.5,5.5,3,78,0`,
    `${T},2025-05-20T12:02:00Z,3,4,2,3,6,7,5,6,5.5,5.5,5.5,5.5,0,78,1`,
  ],
}

async function folderOf(files: Record<string, string[] | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-import-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), Buffer.isBuffer(content) ? content : gzipSync(`${content.join('\n')}\n`))
  }
  return folder
}

describe.each(databaseKinds)('importFolder into the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(() => emptyTables(db))

  const load = (folder: string, over: Partial<ImportOptions> = {}) =>
    importFolder({
      db,
      folder,
      cities: [city('nyc'), city('chicago'), city('miami')],
      now: 7,
      log: () => {},
      progress: () => {},
      ...over,
    })
  const nyc = () => readMarkets(db, { city: 'nyc', fromDay: DAY, toDay: DAY })

  it('loads every file and says what it left out', async () => {
    const reports = await load(await folderOf(FILES))
    expect(reports.map(({ file, state, loaded, left_out }) => [file, state, loaded, left_out])).toEqual([
      ['settlements/settlements.csv.gz', 'loaded', 1, {}],
      ['observations/observations.csv.gz', 'loaded', 2, { 'station KXXX of no city': 1 }],
      ['tape/expiration_values.csv.gz', 'loaded', 1, {}],
      ['tape/markets.csv.gz', 'loaded', 1, { repeated: 1 }],
      ['tape/trades.csv.gz', 'loaded', 4, {}],
      ['ticks_*/markets.csv.gz', 'missing', 0, {}],
      ['ticks_*/ticks.csv.gz', 'missing', 0, {}],
      ['quotes_x/markets.csv.gz', 'loaded', 1, {}],
      ['quotes_x/candles_1m.csv.gz', 'loaded', 2, { synthetic: 1 }],
    ])
  })

  it('keeps the top of the book of every tick, without crossed ones', async () => {
    const tick = (ts: string, bid: string, ask: string) => `KXHIGHNY-25FEB20-B40.5,${ts},${bid},${ask}`
    const reports = await load(
      await folderOf({
        'ticks_x/markets.csv.gz': [MARKETS, marketLine({ result: '', volume: '' })],
        'ticks_x/ticks.csv.gz': [
          'market_ticker,ts_utc,yes_bid,implied_yes_ask',
          tick('2025-02-20T10:00:00.001Z', '0', '19'),
          tick('2025-02-20T10:00:00.002Z', '18', '19'),
          tick('2025-02-20T10:00:00.002Z', '18', '100'),
          tick('2025-02-20T10:00:00.003Z', '24', '24'),
          tick('2025-02-20T10:00:00.004Z', '', '20'),
        ],
      }),
    )
    expect(reports.find(({ file }) => file.endsWith('ticks.csv.gz'))).toMatchObject({
      rows: 5,
      loaded: 3,
      left_out: { crossed: 1 },
    })
    const [quotes] = await Array.fromAsync(
      readQuotes(
        db,
        (await nyc()).map(({ market_id }) => market_id),
      ),
    )
    expect(quotes).toMatchObject({ n: 3 })
    expect([...quotes!.bid]).toEqual([-1, 1800, -1])
    expect([...quotes!.ask]).toEqual([1900, -1, 2000])
    expect(quotes!.tsMs[2]).toBe(Date.parse('2025-02-20T10:00:00.004Z'))
    const proofs = await readCompleteness(db, 'nyc', DAY, DAY)
    expect(proofs.find(({ kind: of }) => of === 'quotes')).toMatchObject({ received: 4, complete: false })
  })

  it('gives a market the words of the exchange under the city of the manifest', async () => {
    await load(await folderOf(FILES))
    expect(await nyc()).toEqual([
      expect.objectContaining({
        city: 'nyc',
        day: DAY,
        origin: 'real',
        strike_type: 'between',
        floor_strike: 40,
        cap_strike: 41,
        result: 'yes',
        expiration_value: 40,
        volume_centi: 3500,
        status: 'finalized',
        close_ms: Date.parse('2025-02-21T04:59:00Z'),
      }),
    ])
  })

  it('leaves the result of a market null where an archive, not the exchange, gave it', async () => {
    await load(await folderOf(FILES))
    const [market] = await readMarkets(db, { city: 'chicago', fromDay: 0, toDay: 30_000 })
    expect(market).toMatchObject({ result: null, expiration_value: null, volume_centi: null, status: 'closed' })
  })

  it('keeps all prints, by time and otherwise in the order of the file', async () => {
    await load(await folderOf(FILES))
    const [series] = await Array.fromAsync(
      readTrades(
        db,
        (await nyc()).map(({ market_id }) => market_id),
      ),
    )
    expect([...series!.price]).toEqual([3400, 3500, 3600, 3600])
    expect([...series!.countCenti]).toEqual([1500, 1000, 500, 500])
    expect([...series!.takerYes]).toEqual([1, 1, 0, 0])
    expect(series!.tsMs[0]).toBe(Date.parse('2025-02-20T09:59:59.999Z'))
  })

  it('turns sentinels, and prices of minutes without trades, into nothing', async () => {
    await load(await folderOf(FILES))
    const [market] = await readMarkets(db, { city: 'chicago', fromDay: 0, toDay: 30_000 })
    const [series] = await Array.fromAsync(readCandles(db, [market!.market_id]))
    expect(series).toMatchObject({
      bidClose: Int16Array.of(-1, 300),
      askClose: Int16Array.of(-1, 600),
      priceClose: Int16Array.of(-1, 550),
      volumeCenti: Int32Array.of(0, 300),
      endMinute: Int32Array.of(
        Date.parse('2025-05-20T12:00:00Z') / 60_000,
        Date.parse('2025-05-20T12:01:00Z') / 60_000,
      ),
    })
  })

  it('knows a report five minutes after its time and an archive value as such', async () => {
    await load(await folderOf(FILES))
    const at = Date.parse('2025-02-20T10:51:00Z')
    expect(await readObservations(db, { station: 'KLGA', fromMs: at, toMs: at + 1 })).toEqual([
      expect.objectContaining({
        source: 'noaa-ghcnh',
        report_type: 'routine',
        known_ms: at + 300_000,
        temp_f: 39.92,
        dew_f: null,
        wind_mph: 3.4,
      }),
      expect.objectContaining({ report_type: 'special', temp_f: 39.02 }),
    ])
    expect(await readSettlements(db, { city: 'nyc', fromDay: DAY, toDay: DAY })).toEqual([
      expect.objectContaining({ kind: 'archive', source: 'archive', used: true, tmax_f: 40, issued_ms: null }),
    ])
  })

  it('proves completeness by file, digest and volume', async () => {
    const folder = await folderOf(FILES)
    await load(folder)
    const proofs = await readCompleteness(db, 'nyc', DAY, DAY)
    expect(proofs.map(({ kind, source, received, complete }) => [kind, source, received, complete])).toEqual([
      ['markets', 'tape', 1, true],
      ['observations', 'noaa-ghcnh:KLGA', 2, false],
      ['settlements', 'archive', 1, true],
      ['trades', 'tape', 4, true],
    ])
    expect(proofs.at(-1)!.proof).toMatchObject({
      file: 'tape/trades.csv.gz',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      volume_equals_counts: 1,
    })
    await load(await folderOf({ ...FILES, 'tape/trades.csv.gz': [TRADES, ...PRINTS.slice(1)] }))
    const lost = (await readCompleteness(db, 'nyc', DAY, DAY)).find(({ kind }) => kind === 'trades')!
    expect(lost).toMatchObject({ received: 3, complete: false })
    expect(lost.proof['volume_differs']).toEqual({
      'KXHIGHNY-25FEB20-B40.5': { volume_centi: 3500, counted_centi: 2500 },
    })
  })

  it('changes nothing when it is repeated, and drops prints that the file no longer has', async () => {
    const folder = await folderOf(FILES)
    const span = { city: 'nyc', fromDay: DAY, toDay: DAY, station: 'KLGA', priceSource: 'trades' as const }
    await load(folder)
    const once = await dataFingerprint(db, span)
    await load(folder)
    expect(await dataFingerprint(db, span)).toBe(once)
    await load(await folderOf({ ...FILES, 'tape/trades.csv.gz': [TRADES, ...PRINTS.slice(0, 2)] }))
    expect(await runQuery(db, 'select count(*) as n from trades')).toEqual([{ n: 2 }])
  })

  it('takes one city, some days or one part where that is asked', async () => {
    const folder = await folderOf(FILES)
    const parts = await load(folder, { only: 'quotes' })
    expect(parts.map(({ file }) => file)).toEqual(['quotes_x/markets.csv.gz', 'quotes_x/candles_1m.csv.gz'])
    const others = await load(folder, { city: city('chicago'), only: 'tape' })
    expect(others.find(({ file }) => file === 'tape/trades.csv.gz')).toMatchObject({
      loaded: 0,
      left_out: { 'not asked for': 4 },
    })
    await load(folder, { fromDay: DAY + 1 })
    expect(await nyc()).toEqual([])
    await load(folder, { fromDay: DAY, toDay: DAY })
    expect(await nyc()).toHaveLength(1)
  })

  it('finds markets in the database when the folder has no list of them', async () => {
    await load(await folderOf(FILES))
    const reports = await load(await folderOf({ 'tape/trades.csv.gz': FILES['tape/trades.csv.gz']! }))
    expect(reports.filter(({ state }) => state === 'loaded').map(({ file, loaded }) => [file, loaded])).toEqual([
      ['tape/trades.csv.gz', 4],
    ])
    expect(reports.filter(({ state }) => state === 'missing').length).toBeGreaterThan(4)
  })

  const whole = (name: string) => gzipSync(FILES[name]!.join('\n'))
  it.each<[string, Record<string, string[] | Buffer>, string, string]>([
    [
      'a price of 101',
      { 'tape/trades.csv.gz': [TRADES, PRINTS[0]!, trade('2025-02-20T10:00:01Z', '101')] },
      'IMPORT_ROW_INVALID',
      'tape/trades.csv.gz:3: yes_price is "101"; expected a number from 0 to 100',
    ],
    [
      'a negative price',
      { 'tape/trades.csv.gz': [TRADES, trade('2025-02-20T10:00:01Z', '-1')] },
      'IMPORT_ROW_INVALID',
      ':2: yes_price is "-1"',
    ],
    [
      'a word for a number',
      { 'tape/trades.csv.gz': [TRADES, trade('2025-02-20T10:00:01Z', 'NaN')] },
      'IMPORT_ROW_INVALID',
      ':2: yes_price is "NaN"',
    ],
    [
      'a time without a zone',
      { 'tape/trades.csv.gz': [TRADES, trade('2025-02-20T10:00:01')] },
      'IMPORT_ROW_INVALID',
      ':2: ts_utc is "2025-02-20T10:00:01"; expected an instant with its zone',
    ],
    [
      'a missing cell',
      { 'tape/trades.csv.gz': [TRADES, 'KXHIGHNY-25FEB20-B40.5,2025-02-20T10:00:00Z,35'] },
      'IMPORT_ROW_INVALID',
      ':2: 3 cells; expected 5',
    ],
    [
      'another header',
      { 'tape/trades.csv.gz': ['ticker,when,price', 'a,b,c'] },
      'IMPORT_FILE_DAMAGED',
      'its header has no market_ticker, ts_utc, yes_price, count, taker_side',
    ],
    ['an empty file', { 'tape/trades.csv.gz': gzipSync('') }, 'IMPORT_FILE_DAMAGED', 'it is empty'],
    [
      'a file of zero bytes',
      { 'tape/trades.csv.gz': Buffer.alloc(0) },
      'IMPORT_FILE_DAMAGED',
      'tape/trades.csv.gz is damaged',
    ],
    [
      'a truncated file',
      { 'tape/trades.csv.gz': whole('tape/trades.csv.gz').subarray(0, -9) },
      'IMPORT_FILE_DAMAGED',
      'unexpected end of file',
    ],
    [
      'a file that is no gzip',
      { 'tape/trades.csv.gz': Buffer.from('<html>no</html>') },
      'IMPORT_FILE_DAMAGED',
      'tape/trades.csv.gz is damaged',
    ],
    [
      'prices of an unknown market',
      { 'tape/trades.csv.gz': [TRADES, trade('2025-02-20T10:00:01Z', '5', '5', 'no', 'NEVER-HEARD')] },
      'IMPORT_MARKET_UNKNOWN',
      '1 rows of 1 markets',
    ],
    [
      'a market that stands twice with different values',
      { 'tape/markets.csv.gz': [MARKETS, marketLine(), marketLine({ floor_strike: '39' })] },
      'IMPORT_ROW_INVALID',
      'tape/markets.csv.gz:3: KXHIGHNY-25FEB20-B40.5 stands in the file twice',
    ],
    [
      'an unknown city',
      { 'tape/markets.csv.gz': [MARKETS, marketLine({ city: 'gotham' })] },
      'IMPORT_ROW_INVALID',
      'city is "gotham"; known are nyc, chicago, miami',
    ],
    [
      'a series of another city',
      { 'tape/markets.csv.gz': [MARKETS, marketLine({ series_ticker: 'KXHIGHCHI' })] },
      'IMPORT_ROW_INVALID',
      'series_ticker is "KXHIGHCHI"; nyc has KXHIGHNY, HIGHNY',
    ],
    [
      'a bracket without its strike',
      { 'tape/markets.csv.gz': [MARKETS, marketLine({ cap_strike: '' })] },
      'IMPORT_ROW_INVALID',
      'cap_strike is ""',
    ],
  ])('refuses %s and keeps what it had', async (_, files, code, words) => {
    await load(await folderOf(FILES))
    const before = await runQuery(
      db,
      'select (select count(*) from trades) as trades, (select count(*) from markets) as markets',
    )
    const error = await load(await folderOf({ ...FILES, ...files })).catch((thrown) => thrown)
    expect(error).toMatchObject({ code, exit: 1 })
    expect(error.message).toContain(words)
    expect(error.hint).toBeTruthy()
    expect(
      await runQuery(db, 'select (select count(*) from trades) as trades, (select count(*) from markets) as markets'),
    ).toEqual(before)
  })

  it('refuses prints of one market that go back in time in a second place of the file', async () => {
    const other = marketLine({ ticker: 'KXHIGHNY-25FEB20-B42.5', floor_strike: '42', cap_strike: '43' })
    const prints = [PRINTS[0]!, trade('2025-02-20T10:00:00Z', '5', '5', 'no', 'KXHIGHNY-25FEB20-B42.5'), PRINTS[3]!]
    const folder = await folderOf({
      ...FILES,
      'tape/markets.csv.gz': [MARKETS, marketLine(), other],
      'tape/trades.csv.gz': [TRADES, ...prints],
    })
    await expect(load(folder)).rejects.toMatchObject({
      code: 'IMPORT_ROW_INVALID',
      message: expect.stringContaining('tape/trades.csv.gz:4:'),
    })
  })

  it('says what a folder without any of the files should hold', async () => {
    const empty = await folderOf({ 'readme.txt': ['hello'] })
    await expect(load(empty)).rejects.toMatchObject({
      code: 'IMPORT_FOLDER',
      exit: 2,
      message: expect.stringContaining('tape/markets.csv.gz'),
    })
    await expect(load(join(empty, 'nowhere'))).rejects.toMatchObject({
      code: 'IMPORT_FOLDER',
      message: expect.stringContaining('does not exist'),
    })
  })
})

describe('splitRow', () => {
  it.each([
    ['a,b,', ['a', 'b', '']],
    ['', ['']],
    ['a,"b, ""c""",d', ['a', 'b, "c"', 'd']],
    ['"",x', ['', 'x']],
  ])('splits %s', (line, cells) => {
    expect(splitRow(line)).toEqual(cells)
  })

  it('refuses a quote that is not closed', () => {
    expect(() => splitRow('a,"b')).toThrow(RangeError)
  })
})
