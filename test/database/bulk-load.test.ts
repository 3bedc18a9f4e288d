import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type BulkTable, keyOrder } from '../../src/data/database/bulk/bulk-load.ts'
import {
  type CandleRows,
  type Database,
  loadCandles,
  loadTrades,
  openDatabase,
  readCandles,
  readTrades,
  runQuery,
} from '../../src/data/database/index.ts'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../support/databases.ts'

interface Bar {
  market: number
  minute: number
  /** Every price and count of the bar follows from it; -1 is an empty book without a trade. */
  value: number
}

function candles(bars: readonly Bar[]): CandleRows {
  const prices = () => Int16Array.from(bars, ({ value }) => (value < 0 ? -1 : value % 10_001))
  const side = () => ({ open: prices(), high: prices(), low: prices(), close: prices() })
  return {
    marketId: Int32Array.from(bars, ({ market }) => market),
    endMinute: Int32Array.from(bars, ({ minute }) => minute),
    price: side(),
    bid: side(),
    ask: side(),
    volumeCenti: Int32Array.from(bars, ({ value }) => Math.max(0, value)),
    openInterestCenti: Int32Array.from(bars, ({ value }) => Math.max(0, value)),
  }
}

const stored = (db: Database) =>
  runQuery<Bar>(
    db,
    `select market_id as market, end_minute as minute, case when price_close is null then -1 else volume_centi end as value
     from candles order by 1, 2`,
  )

const grid = (markets: number, minutes: number, value: (k: number) => number): Bar[] =>
  Array.from({ length: markets * minutes }, (_, k) => ({
    market: 1 + Math.floor(k / minutes),
    minute: 1000 + (k % minutes),
    value: value(k),
  }))

describe.each(databaseKinds)('a bulk load into the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(() => runQuery(db, 'truncate candles, trades'))

  it('stores every row with its nulls', async () => {
    const bars = grid(3, 40, (k) => (k % 7 === 0 ? -1 : k))
    expect(await loadCandles(db, candles(bars))).toEqual({ rows: 120 })
    expect(await stored(db)).toEqual(bars)
    expect(
      await runQuery(
        db,
        'select count(*) as n from candles where bid_open is null and ask_low is null and price_high is null and not complete and period_minutes = 1',
      ),
    ).toEqual([{ n: 18 }])
  })

  it('changes nothing when it is repeated, and not the mark of completeness either', async () => {
    const bars = grid(2, 30, (k) => k)
    await loadCandles(db, candles(bars))
    await runQuery(db, 'update candles set complete = true where end_minute < 1010')
    await loadCandles(db, candles(bars))
    expect(await stored(db)).toEqual(bars)
    expect(await runQuery(db, 'select count(*) as n from candles where complete')).toEqual([{ n: 20 }])
  })

  it('takes new values of keys that are there and keeps the rest', async () => {
    await loadCandles(db, candles(grid(2, 30, () => 5)))
    await loadCandles(
      db,
      candles([
        { market: 2, minute: 1003, value: 9 },
        { market: 2, minute: 999, value: 8 },
        { market: 1, minute: 1003, value: -1 },
      ]),
    )
    const rows = await stored(db)
    expect(rows).toHaveLength(61)
    expect(rows.filter(({ value }) => value !== 5)).toEqual([
      { market: 1, minute: 1003, value: -1 },
      { market: 2, minute: 999, value: 8 },
      { market: 2, minute: 1003, value: 9 },
    ])
  })

  it('takes the last of rows with one key, in any order of rows', async () => {
    const bars = [
      [2, 5, 1],
      [1, 9, 2],
      [2, 5, 3],
      [1, 8, 4],
      [2, 5, 7],
      [1, 9, 6],
    ].map(([market, minute, value]) => ({ market: market!, minute: minute!, value: value! }))
    expect(await loadCandles(db, candles(bars))).toEqual({ rows: 3 })
    expect(await stored(db)).toEqual([
      { market: 1, minute: 8, value: 4 },
      { market: 1, minute: 9, value: 6 },
      { market: 2, minute: 5, value: 7 },
    ])
  })

  it('loads nothing from nothing', async () => {
    expect(await loadCandles(db, candles([]))).toEqual({ rows: 0 })
  })

  it('leaves nothing of a batch with a bad row', async () => {
    const rows = candles(grid(1, 30_000, (k) => k))
    rows.volumeCenti = new Float64Array(30_000).fill(2 ** 40) as unknown as Int32Array
    await expect(loadCandles(db, rows)).rejects.toThrow()
    expect(await stored(db)).toEqual([])
    expect(await loadCandles(db, candles(grid(1, 3, (k) => k)))).toEqual({ rows: 3 })
  })

  it('belongs to the transaction that it is given', async () => {
    await expect(
      db.transaction().execute(async (trx) => {
        await loadCandles(trx, candles(grid(1, 50, (k) => k)))
        await loadCandles(trx, candles(grid(2, 50, (k) => k)))
        expect(await stored(trx)).toHaveLength(100)
        throw new Error('on purpose')
      }),
    ).rejects.toThrow('on purpose')
    expect(await stored(db)).toEqual([])
  })

  it('ends like writing the rows one after the other, whatever the batches are', async () => {
    const bar = fc.record({
      market: fc.integer({ min: 1, max: 3 }),
      minute: fc.integer({ min: 1, max: 12 }),
      value: fc.integer({ min: -1, max: 2 ** 30 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(bar, { maxLength: 20 }), { maxLength: 4 }), async (batches) => {
        await runQuery(db, 'truncate candles')
        const model = new Map<string, Bar>()
        for (const batch of batches) {
          await loadCandles(db, candles(batch))
          for (const row of batch) model.set(`${row.market} ${row.minute}`, row)
        }
        const expected = [...model.values()].sort((a, b) => a.market - b.market || a.minute - b.minute)
        expect(await stored(db)).toEqual(expected)
      }),
      { numRuns: 25 },
    )
  })

  it('is read back as series in the order asked for, longer than one chunk', async () => {
    const bars = grid(60, 700, (k) => (k % 5 === 0 ? -1 : k))
    await loadCandles(db, candles(bars))
    const ids = [60, 7, 99, ...Array.from({ length: 30 }, (_, k) => k + 20)]
    const series = await Array.fromAsync(readCandles(db, ids))
    expect(series.map(({ marketId }) => marketId)).toEqual(ids.filter((id) => id !== 99))
    for (const { marketId, n, endMinute, priceClose, bidClose, askClose, volumeCenti } of series) {
      const own = bars.filter(({ market }) => market === marketId)
      expect(n).toBe(700)
      expect([...endMinute]).toEqual(own.map(({ minute }) => minute))
      expect([...volumeCenti]).toEqual(own.map(({ value }) => Math.max(0, value)))
      for (const prices of [priceClose, bidClose, askClose]) {
        expect([...prices]).toEqual(own.map(({ value }) => (value < 0 ? -1 : value % 10_001)))
      }
    }
  })

  it('keeps prints apart by ordinal, twins included, and their milliseconds to the last', async () => {
    const rows = {
      marketId: Int32Array.of(4, 4, 4, 3),
      ordinal: Int32Array.of(0, 1, 2, 0),
      tsMs: Float64Array.of(1_740_000_000_123, 1_740_000_000_123, 1_740_000_000_124, -1),
      price: Int16Array.of(3500, 3500, 0, 10_000),
      countCenti: Int32Array.of(100, 100, 1, 2_147_483_647),
      takerYes: Uint8Array.of(1, 1, 0, 1),
    }
    await loadTrades(db, rows)
    await loadTrades(db, rows)
    expect(await runQuery(db, 'select count(*) as n from trades')).toEqual([{ n: 4 }])
    const [three, four] = await Array.fromAsync(readTrades(db, [3, 4]))
    expect(three).toMatchObject({
      marketId: 3,
      n: 1,
      tsMs: Float64Array.of(-1),
      countCenti: Int32Array.of(2_147_483_647),
    })
    expect(four).toEqual({
      marketId: 4,
      n: 3,
      tsMs: rows.tsMs.slice(0, 3),
      price: rows.price.slice(0, 3),
      countCenti: rows.countCenti.slice(0, 3),
      takerYes: rows.takerYes.slice(0, 3),
    })
  })

  it('is read from an ordinal on of each market, in the order in which the markets were asked for', async () => {
    const n = 12
    await loadTrades(db, {
      marketId: Int32Array.from({ length: n }, (_, i) => 3 + (i % 3)),
      ordinal: Int32Array.from({ length: n }, (_, i) => Math.floor(i / 3)),
      tsMs: Float64Array.from({ length: n }, (_, i) => i),
      price: new Int16Array(n),
      countCenti: new Int32Array(n).fill(1),
      takerYes: new Uint8Array(n),
    })
    const news = await Array.fromAsync(readTrades(db, [5, 3, 9, 4], [3, 0, 0, 4]))
    expect(news.map(({ marketId, tsMs }) => [marketId, [...tsMs]])).toEqual([
      [5, [11]],
      [3, [0, 3, 6, 9]],
    ])
  })
})

describe.each(databaseKinds.filter(({ name }) => name === 'server'))('a bulk load into a $name', (kind) => {
  it('survives another process that loads the same rows meanwhile', async () => {
    const { db, url, done } = await migratedDatabase(kind)
    const others = await Promise.all(Array.from({ length: 3 }, () => openDatabase({ url })))
    try {
      const bars = grid(4, 5000, (k) => k)
      await Promise.all([db, ...others].map((one) => loadCandles(one, candles(bars))))
      expect(await stored(db)).toEqual(bars)
    } finally {
      await Promise.all(others.map((one) => one.destroy()))
      await done()
    }
  })
})

describe('keyOrder', () => {
  const table = (keys: readonly number[][]): BulkTable => ({
    table: 't',
    keys: ['a', 'b'],
    columns: [0, 1].map((k) => ({ name: 'ab'[k]!, type: 'int4', values: keys.map((key) => key[k]!) })),
  })

  it('lets rows be that stand in strict order', () => {
    expect(
      keyOrder(
        table([
          [1, 1],
          [1, 2],
          [2, 0],
        ]),
        3,
      ),
    ).toBeNull()
  })

  it('gives each key once, sorted, with the last row of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 1 }),
        (keys) => {
          const order = keyOrder(table(keys), keys.length) ?? Uint32Array.from(keys, (_, k) => k)
          const last = new Map(keys.map((key, k) => [key.join(), k]))
          const sorted = [...last.values()].sort((x, y) => keys[x]![0] - keys[y]![0] || keys[x]![1] - keys[y]![1])
          expect([...order]).toEqual(sorted)
        },
      ),
    )
  })
})
