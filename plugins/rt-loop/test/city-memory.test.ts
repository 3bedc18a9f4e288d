import { type Database, type KeptRows, keepRows, runQuery, saveMarkets } from 'kwx/database'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { CityMemory } from '../src/services/city-memory.ts'
import { readCityRows } from '../src/services/city-rows.ts'
import type { LivePair } from '../src/services/load-pair.ts'
import { livePair } from './support.ts'

const DAY = parseDay('2025-02-20')
const START = DAY * 1440 + 600
const TICKERS = ['KXHIGHMIA-25FEB20-B80.5', 'KXHIGHMIA-25FEB20-B82.5']

describe.each(databaseKinds)('CityMemory on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  let pair: LivePair
  let ids: number[]
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
    pair = (await livePair()).pair
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    await emptyTables(db)
    const markets = TICKERS.map((ticker, k) => ({
      ticker,
      strike_type: 'between' as const,
      floor_strike: 80 + 2 * k,
      cap_strike: 81 + 2 * k,
      open_ms: null,
      close_ms: null,
      status: 'active',
      result: null,
      expiration_value: null,
      volume_centi: null,
    }))
    const event = { ticker: 'KXHIGHMIA-25FEB20', seriesTicker: 'KXHIGHMIA', city: 'miami', day: DAY }
    const saved = await saveMarkets(db, [{ ...event, origin: 'replay', markets }])
    ids = TICKERS.map((ticker) => saved.get(ticker)!)
  })
  const of = (source: 'candles' | 'trades') => ({
    ...pair,
    loaded: { ...pair.loaded, config: { ...pair.loaded.config, price_source: source } },
  })
  let memory: CityMemory
  const candles = async (market: number, minutes: readonly number[], bid: number) => {
    const bar = (price: number | null) => [price, price, price, price] as const
    await keep({
      candles: minutes.map((minute) => ({
        marketId: ids[market]!,
        endMinute: START + minute,
        price: bar(null),
        bid: bar(bid),
        ask: bar(bid + 200),
        volumeCenti: 100,
        openInterestCenti: 0,
      })),
    })
  }
  const trades = (market: number, seconds: readonly number[]) =>
    keep({
      prints: seconds.map((second) => ({
        marketId: ids[market]!,
        tsMs: START * 60_000 + second * 1000,
        price: 3000 + 10 * (second % 90),
        countCenti: 500,
        takerYes: second % 2 === 1,
      })),
    })
  const keep = async (rows: Partial<KeptRows>) => {
    const all = { prints: [], candles: [], quotes: [], late: [], ...rows }
    await keepRows(db, all)
    memory.tell(all)
  }
  /** After each change the memory holds what a fresh reading gives. */
  async function follows(source: 'candles' | 'trades', changes: readonly (() => Promise<unknown>)[]) {
    const one = of(source)
    memory = new CityMemory(one)
    for (const change of changes) {
      await change()
      const [kept, fresh] = [await memory.rows(db, [DAY, DAY]), await readCityRows(db, one, [DAY, DAY])]
      expect([...kept.prices].sort()).toEqual([...fresh.prices].sort())
      expect(fresh.prices.size).toBeGreaterThan(0)
    }
  }

  it('follows candles as they come, with gaps, in one market and then another', () =>
    follows('candles', [
      () => candles(0, [1, 2, 3], 3000),
      () => candles(0, [4], 3100),
      () => candles(1, [2, 9], 500),
      () => candles(0, [30, 31, 32], 3200),
      () => candles(0, [6, 31], 2800),
      async () => {},
    ]))

  it('follows candles whose last minutes are told again with other values', () =>
    follows('candles', [
      () => candles(0, [1, 2, 3, 4, 5, 6, 7, 8], 3000),
      () => candles(0, [7, 8], 3300),
      () => candles(0, [8, 9], 3400),
      () => candles(0, [5, 6, 7, 8, 9, 10], 2900),
    ]))

  it('follows prints, those of one minute over several ticks', () =>
    follows('trades', [
      () => trades(0, [1, 2, 61]),
      () => trades(0, [62, 63]),
      () => trades(1, [5]),
      () => trades(0, [119, 120, 121]),
      async () => {},
    ]))

  it('keeps what it has until it is told to forget, and then reads everything again', async () => {
    const one = of('trades')
    memory = new CityMemory(one)
    await trades(0, [1, 2, 61])
    await memory.rows(db, [DAY, DAY])
    await runQuery(db, 'update trades set price = price + 100') // an import beside the loop
    const fresh = await readCityRows(db, one, [DAY, DAY])
    expect((await memory.rows(db, [DAY, DAY])).prices).not.toEqual(fresh.prices)
    memory.forget()
    expect((await memory.rows(db, [DAY, DAY])).prices).toEqual(fresh.prices)
  })

  it('lets go of events that are over', async () => {
    memory = new CityMemory(of('trades'))
    await trades(0, [1])
    expect((await memory.rows(db, [DAY, DAY])).prices.size).toBe(1)
    expect((await memory.rows(db, [DAY + 1, DAY + 1])).prices.size).toBe(0)
    expect((await memory.rows(db, [DAY, DAY])).prices.size).toBe(1)
  })
})
