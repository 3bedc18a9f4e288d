import fc from 'fast-check'
import {
  type Database,
  loadCandles,
  loadTrades,
  readTrades,
  runQuery,
  saveMarkets,
  saveObservations,
  saveSettlements,
} from 'kwx/database'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { marketExample } from '../../../test/support/market-example.ts'
import { CityMemory, memoriesOf } from '../src/signals/city-memory.ts'
import { readCityRows } from '../src/signals/city-rows.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
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
    const markets = TICKERS.map((ticker, k) =>
      marketExample(ticker, { floor_strike: 80 + 2 * k, cap_strike: 81 + 2 * k }),
    )
    const event = { ticker: 'KXHIGHMIA-25FEB20', seriesTicker: 'KXHIGHMIA', city: 'miami', day: DAY }
    const saved = await saveMarkets(db, [{ ...event, origin: 'replay', markets }])
    ids = TICKERS.map((ticker) => saved.get(ticker)!)
  })
  const of = (source: 'candles' | 'trades') => ({
    ...pair,
    loaded: { ...pair.loaded, config: { ...pair.loaded.config, price_source: source } },
  })
  /** @param price  of the last trade, 1e-4 dollars; -1: nothing traded */
  const candles = (market: number, minutes: readonly number[], bid: number, price = -1) => {
    const column = (value: number) => new Int16Array(minutes.length).fill(value)
    const side = (value: number) => ({
      open: column(value),
      high: column(value),
      low: column(value),
      close: column(value),
    })
    return loadCandles(db, {
      marketId: new Int32Array(minutes.length).fill(ids[market]!),
      endMinute: Int32Array.from(minutes, (minute) => START + minute),
      price: side(price),
      bid: side(bid),
      ask: side(bid + 200),
      volumeCenti: new Int32Array(minutes.length).fill(100),
      openInterestCenti: new Int32Array(minutes.length),
    })
  }
  const trades = (market: number, first: number, seconds: readonly number[]) =>
    loadTrades(db, {
      marketId: new Int32Array(seconds.length).fill(ids[market]!),
      ordinal: Int32Array.from(seconds, (_, k) => first + k),
      tsMs: Float64Array.from(seconds, (second) => START * 60_000 + second * 1000),
      price: Int16Array.from(seconds, (second) => 3000 + 10 * (second % 90)),
      countCenti: new Int32Array(seconds.length).fill(500),
      takerYes: Uint8Array.from(seconds, (second) => second % 2),
    })

  const report = (validMinute: number, knownMinute: number, temp: number | null, source = 'iem-asos') =>
    saveObservations(db, [
      {
        station: pair.station,
        source,
        valid_ms: (START + validMinute) * 60_000,
        known_ms: (START + knownMinute) * 60_000,
        report_type: 'routine',
        temp_f: temp,
        dew_f: 60,
        humidity_pct: 50,
        wind_mph: 5,
        forward_filled: false,
        origin: 'replay',
      },
    ])

  const settled = (day: number, tmax: number) =>
    saveSettlements(db, [
      {
        ...{
          city: 'miami',
          day,
          source: 'iem-cli',
          product_id: 'one',
          kind: 'final' as const,
          origin: 'replay' as const,
        },
        ...{ issued_ms: START * 60_000, tmax_f: tmax },
      },
    ])

  /** After each change the memory holds what a fresh reading gives; it is told of markets and maxima. */
  async function follows(
    source: 'candles' | 'trades',
    changes: readonly (() => Promise<unknown>)[],
    told: 'told' | 'untold' = 'untold',
  ) {
    const one = of(source)
    const memory = new CityMemory(one)
    for (const change of changes) {
      await change()
      if (told === 'told') memory.forgetFacts()
      const [kept, fresh] = [await memory.rows(db, [DAY, DAY]), await readCityRows(db, one, [DAY, DAY])]
      expect([...kept.prices].sort()).toEqual([...fresh.prices].sort())
      expect(kept).toEqual({ ...fresh, prices: kept.prices, civil: kept.civil })
    }
  }

  it('follows candles as they come, with gaps, in one market and then another', () =>
    follows('candles', [
      () => candles(0, [1, 2, 3], 3000),
      () => candles(0, [4], 3100),
      () => candles(1, [2, 9], 500),
      () => candles(0, [30, 31, 32], 3200),
      async () => {},
    ]))

  it('follows candles whose last minutes are told again with other values', () =>
    follows('candles', [
      () => candles(0, [1, 2, 3, 4, 5, 6, 7, 8], 3000),
      () => candles(0, [7, 8], 3300),
      () => candles(0, [8, 9], 3400),
      () => candles(0, [5, 6, 7, 8, 9, 10], 2900),
    ]))

  it('follows the last trade of candles, carried on from one reading to the next', async () => {
    await follows('candles', [
      () => candles(0, [1, 2], 3000, 3100),
      () => candles(0, [3, 20], 3000),
      () => candles(0, [21], 3000), // what is read again has no trade: it is carried on from before
      () => candles(0, [20, 21], 3000, 3300),
      () => candles(0, [40], 3000),
      () => candles(0, [40, 41], 3000, 3500),
      () => candles(0, [90], 3000),
    ])
    const { prices } = await readCityRows(db, of('candles'), [DAY, DAY])
    expect([...prices.get(ids[0]!)!.last!]).toEqual([31, 31, 31, 33, 33, 35, 35, 35])
  })

  it('follows prints, those of one minute over several ticks', () =>
    follows('trades', [
      () => trades(0, 0, [1, 2, 61]),
      () => trades(0, 3, [62, 63]),
      () => trades(1, 0, [5]),
      () => trades(0, 5, [119, 120, 121]),
      async () => {},
    ]))

  it('follows prints of a minute that was over, and those that come out of order', () =>
    follows('trades', [
      () => trades(0, 0, [1, 70, 130]),
      () => trades(0, 3, [75, 190]),
      () => trades(0, 5, [195, 191]),
      () => trades(0, 7, [192, 250]),
    ]))

  it('follows reports as they become known, late ones and those that take new values', () =>
    follows('candles', [
      () => report(0, 5, 70),
      async () => {},
      () => report(60, 66, 71),
      () => report(20, 67, 75),
      () => report(60, 68, 72),
      () => report(61, 61, 73, 'nws'), // known from another source, and written a little later
      () => report(80, 86, null),
    ]))

  it('follows markets that change and the maximum of the day before, once it is told', () =>
    follows(
      'candles',
      [
        () => candles(0, [1, 2, 3], 3000),
        () => runQuery(db, 'update markets set close_ms = $1 where market_id = $2', [START * 60_000, ids[0]]),
        () => settled(DAY - 1, 81),
      ],
      'told',
    ))

  it('keeps markets and maxima until it is told of more, and follows prices and reports all the same', async () => {
    const one = of('candles')
    const memory = new CityMemory(one)
    await report(0, 5, 70)
    const before = await memory.rows(db, [DAY, DAY])
    await report(60, 66, 71)
    await settled(DAY - 1, 81)
    await candles(0, [1, 2], 3000)
    const [kept, fresh] = [await memory.rows(db, [DAY, DAY]), await readCityRows(db, one, [DAY, DAY])]
    expect(kept).toEqual({ ...fresh, maxima: before.maxima, civil: before.civil })
    expect(fresh.maxima).not.toEqual(before.maxima)
    memory.forgetFacts()
    expect((await memory.rows(db, [DAY, DAY])).maxima).toEqual(fresh.maxima)
  })

  it('keeps nothing that it was told of while it was reading', async () => {
    const memory = new CityMemory(of('candles'))
    const telling = db.withPlugin({
      transformQuery({ node }) {
        memory.forgetFacts()
        return node
      },
      transformResult: async ({ result }) => result,
    })
    await memory.rows(telling, [DAY, DAY])
    await settled(DAY - 1, 81)
    expect((await memory.rows(db, [DAY, DAY])).maxima).toEqual(
      (await readCityRows(db, of('candles'), [DAY, DAY])).maxima,
    )
  })

  it('holds what a fresh reading gives after any interleaving of prices and reports', async () => {
    const change = fc.record({
      what: fc.constantFrom('price' as const, 'report' as const, 'forget' as const, 'nothing' as const),
      market: fc.nat({ max: 1 }),
      rows: fc.integer({ min: 1, max: 6 }),
      step: fc.integer({ min: 0, max: 40 }),
      back: fc.integer({ min: 0, max: 5 }),
      value: fc.integer({ min: 5, max: 90 }),
    })
    const source = fc.constantFrom('candles' as const, 'trades' as const)
    await fc.assert(
      fc.asyncProperty(
        source,
        fc.array(change, { minLength: 2, maxLength: 9, size: 'max' }),
        async (source, changes) => {
          await runQuery(db, 'truncate candles, trades, observations')
          const one = of(source)
          const memory = new CityMemory(one)
          const at = [0, 0] // the market's newest minute, or its next ordinal
          let minute = 0
          for (const { what, market, rows, step, back, value } of changes) {
            minute += step
            if (what === 'forget') memory.forget()
            if (what === 'report') await report(minute - back * 9, minute, value)
            if (what === 'price' && source === 'candles') {
              const first = Math.max(1, Math.max(minute, at[market]!) - back)
              const minutes = Array.from({ length: rows }, (_, k) => first + k)
              at[market] = minutes.at(-1)!
              await candles(market, minutes, 100 * value)
            }
            if (what === 'price' && source === 'trades') {
              const seconds = Array.from(
                { length: rows },
                (_, k) => 60 * minute + (value % 2) + 20 * k - (k % 3 === 2 ? 30 * back : 0),
              )
              await trades(market, at[market]!, seconds)
              at[market]! += rows
            }
            const [kept, fresh] = [await memory.rows(db, [DAY, DAY]), await readCityRows(db, one, [DAY, DAY])]
            expect([...kept.prices].sort()).toEqual([...fresh.prices].sort())
            expect(kept.weather).toEqual(fresh.weather)
          }
        },
      ),
      { numRuns: kind.name === 'server' ? 25 : 12 },
    )
  })

  it.each(['candles', 'trades'] as const)('holds what a fresh reading gives after two at once: %s', async (source) => {
    const one = of(source)
    const memory = new CityMemory(one)
    await (source === 'candles' ? candles(0, [1, 2, 3], 3000) : trades(0, 0, [1, 2, 61]))
    const both = await Promise.all([memory.rows(db, [DAY, DAY]), memory.rows(db, [DAY, DAY])])
    const fresh = await readCityRows(db, one, [DAY, DAY])
    for (const { prices } of both) expect(prices).toEqual(fresh.prices)
    expect((await memory.rows(db, [DAY, DAY])).prices).toEqual(fresh.prices)
  })

  it('is one for the configurations that read the same rows', () => {
    const [one, other, prints] = [{ ...of('candles') }, { ...of('candles') }, of('trades')]
    const memories = memoriesOf([one, other, prints, { ...one, station: 'KFLL' }])
    const [a, b, c, d] = [...memories.values()]
    expect(a).toBe(b)
    expect(new Set([a, c, d]).size).toBe(3)
  })

  it('keeps what it has until it is told to forget, and then reads everything again', async () => {
    const one = of('trades')
    const memory = new CityMemory(one)
    await trades(0, 0, [1, 2, 61])
    await memory.rows(db, [DAY, DAY])
    await trades(0, 0, [3, 4, 65]) // an import beside the loop
    const fresh = await readCityRows(db, one, [DAY, DAY])
    expect((await memory.rows(db, [DAY, DAY])).prices).not.toEqual(fresh.prices)
    memory.forget()
    expect((await memory.rows(db, [DAY, DAY])).prices).toEqual(fresh.prices)
  })

  it('lets go of events that are over', async () => {
    const memory = new CityMemory(of('trades'))
    await trades(0, 0, [1])
    expect((await memory.rows(db, [DAY, DAY])).prices.size).toBe(1)
    expect((await memory.rows(db, [DAY + 1, DAY + 1])).prices.size).toBe(0)
    expect((await memory.rows(db, [DAY, DAY])).prices.size).toBe(1)
  })

  describe('the prints that it read', () => {
    const inTable = async (market: number, ordinal: number) => {
      for await (const { tsMs, price, countCenti, takerYes } of readTrades(db, [ids[market]!], [ordinal])) {
        return { tsMs, price, countCenti, takerYes }
      }
      return NONE
    }
    const NONE = {
      tsMs: new Float64Array(),
      price: new Int16Array(),
      countCenti: new Int32Array(),
      takerYes: new Uint8Array(),
    }

    it('are told from any ordinal on as the table has them, or not at all', async () => {
      const second = fc.integer({ min: -100, max: 100 })
      const reading = fc.record({ step: fc.integer({ min: 0, max: 400 }), seconds: fc.array(second, { maxLength: 6 }) })
      await fc.assert(
        fc.asyncProperty(fc.array(reading, { minLength: 1, maxLength: 8 }), async (readings) => {
          await runQuery(db, 'truncate trades')
          const memory = new CityMemory(of('trades'))
          const told: Float64Array[] = []
          let [n, now] = [0, 300]
          for (const { step, seconds } of readings) {
            now += step
            await trades(
              0,
              n,
              seconds.map((one) => now + one),
            )
            n += seconds.length
            await memory.rows(db, [DAY, DAY])
            for (let ordinal = 0; ordinal <= n; ordinal++) {
              const prints = memory.printsSince(ids[0]!, ordinal)
              if (prints) expect(prints).toEqual(await inTable(0, ordinal))
              if (prints) told.push(prints.tsMs)
            }
            // Whatever came with the last reading, and that nothing did.
            if (n > 0) expect(memory.printsSince(ids[0]!, n)).toEqual(NONE)
          }
          return n === 0 || told.length > 0
        }),
        { numRuns: kind.name === 'server' ? 25 : 10 },
      )
    })

    it('are those of the last minutes, as many as those are', async () => {
      const memory = new CityMemory(of('trades'))
      const seconds = Array.from({ length: 600 }, (_, k) => k)
      await trades(0, 0, seconds)
      await memory.rows(db, [DAY, DAY])
      const from = (second: number) => memory.printsSince(ids[0]!, second)?.tsMs.length ?? null
      // The last minute is the tenth; it and the two before it are kept.
      expect([from(599), from(420), from(419), from(0)]).toEqual([1, 180, null, null])
      expect(memory.printsSince(ids[1]!, 0)).toBeNull()
      memory.forget()
      expect(from(599)).toBeNull()
    })

    it('are not told where candles are read', async () => {
      const memory = new CityMemory(of('candles'))
      await trades(0, 0, [1, 2, 3])
      await candles(0, [1], 3000)
      await memory.rows(db, [DAY, DAY])
      expect(memory.printsSince(ids[0]!, 0)).toBeNull()
    })
  })
})
