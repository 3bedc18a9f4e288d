import fc from 'fast-check'
import { type Database, runQuery } from 'kwx/database'
import type { KalshiCandle, KalshiTrade } from 'kwx/sources'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import type { PriceEvent } from '../src/feed/price-feed.ts'
import { PriceKeeper } from '../src/feed/price-keeper.ts'
import { readLateRows } from '../src/storage/late-rows.ts'

const M = 29_000_000
const A = { marketId: 1, ticker: 'A' }
const B = { marketId: 2, ticker: 'B' }
const trade = (id: number, ms: number, price = 3000): KalshiTrade => ({
  tradeId: `t${id}`,
  tsMs: M * 60_000 + ms,
  price,
  countCenti: 100,
  takerYes: true,
})

describe.each(databaseKinds)('PriceKeeper on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  let worked: number | null
  let told: PriceEvent[]
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    await emptyTables(db)
    worked = null
    told = []
  })
  const keeper = () =>
    new PriceKeeper({
      db,
      clock: { now: () => 7 },
      record: true,
      worked: () => worked,
      inTurn: (work) => work(),
      onStored: () => {},
      onPrice: (event) => told.push(event),
    })
  const tape = (market: number) =>
    runQuery<{ ordinal: number; ts: number; price: number }>(
      db,
      `select ordinal, ts_ms - ${M} * 60000::bigint as ts, price from trades where market_id = $1 order by ordinal`,
      [market],
    )

  it('stores prints behind those that are there, each market by its own count', async () => {
    const one = keeper()
    one.hearPrint(A, trade(1, 10))
    one.hearPrint(B, trade(2, 11))
    one.hearPrint(A, trade(3, 12))
    await one.flush()
    one.hearPrint(A, trade(4, 13))
    await one.flush()
    expect(await tape(1)).toEqual([10, 12, 13].map((ts, ordinal) => ({ ordinal, ts, price: 3000 })))
    expect(await tape(2)).toEqual([{ ordinal: 0, ts: 11, price: 3000 }])
    expect(told.map((event) => event.kind === 'print' && event.tsMs - M * 60_000)).toEqual([10, 11, 12, 13])
  })

  it('knows whether it holds anything of a minute', async () => {
    const one = keeper()
    const end = (M + 1) * 60_000
    expect(one.holdsUpTo(end)).toBe(false)
    one.hearPrint(A, trade(1, 60_001))
    expect([one.holdsUpTo(end), one.holdsUpTo(end + 1)]).toEqual([false, true])
    one.hearPrint(B, trade(2, 59_999))
    expect(one.holdsUpTo(end)).toBe(true)
    await one.flush()
    expect(one.holdsUpTo(end + 1)).toBe(false)
    one.hearQuote({ kind: 'unknown', ...A })
    expect(one.holdsUpTo(end)).toBe(true)
    await one.flush()
    const bar = [1, 1, 1, 1] as const
    const counts = { volumeCenti: 0, openInterestCenti: 0 }
    one.hearCandle({ ...A, endMinute: M + 9, price: bar, bid: bar, ask: bar, ...counts })
    expect(one.holdsUpTo(end)).toBe(true)
  })

  it('knows twins from the same print told twice', async () => {
    const one = keeper()
    one.hearPrint(A, trade(1, 10))
    one.hearPrint(A, trade(2, 10))
    one.hearPrint(A, trade(1, 10))
    await one.flush()
    expect(
      await one.keepTapes([{ market: A, sinceMs: M * 60_000, trades: [trade(1, 10), trade(2, 10), trade(3, 10)] }]),
    ).toBe(1)
    expect(one.hearPrint(A, trade(3, 10))).toBe(false)
    // A process that knows no ids counts them.
    const trades = [trade(1, 10), trade(2, 10), trade(3, 10), trade(4, 10)]
    expect(await keeper().keepTapes([{ market: A, sinceMs: M * 60_000, trades }])).toBe(1)
    expect(await tape(1)).toHaveLength(4)
  })

  it('loses and doubles nothing, whichever of the two ways each print comes first', async () => {
    const way = fc.record({
      second: fc.integer({ min: 0, max: 5 }),
      price: fc.integer({ min: 30, max: 31 }),
      /** Steps until the stream tells it; null: its message is lost. */
      heardAfter: fc.option(fc.integer({ min: 0, max: 3 })),
    })
    const scene = fc.array(
      fc.oneof({ weight: 4, arbitrary: way }, { weight: 1, arbitrary: fc.constantFrom('ask', 'restart') }),
      {
        maxLength: 25,
      },
    )
    await fc.assert(
      fc.asyncProperty(scene, async (steps) => {
        await runQuery(db, 'truncate trades')
        const exchange: KalshiTrade[] = []
        let one = keeper()
        let onTheWay: { print: KalshiTrade; left: number }[] = []
        for (const step of steps) {
          for (const { print, left } of onTheWay) if (left === 0) one.hearPrint(A, print)
          onTheWay = onTheWay.flatMap(({ print, left }) => (left > 0 ? [{ print, left: left - 1 }] : []))
          if (step === 'restart') {
            await one.flush()
            one = keeper()
            onTheWay = [] // a new connection tells of what is new
          } else if (step === 'ask') await one.keepTapes([{ market: A, sinceMs: M * 60_000, trades: exchange }])
          else if (typeof step === 'object') {
            const print = trade(exchange.length, 1000 * step.second, 100 * step.price)
            exchange.push(print)
            if (step.heardAfter !== null) onTheWay.push({ print, left: step.heardAfter })
          }
        }
        await one.keepTapes([{ market: A, sinceMs: M * 60_000, trades: exchange }])
        const wanted = exchange.map(({ tsMs, price }) => `${tsMs - M * 60_000} ${price}`)
        expect((await tape(1)).map(({ ts, price }) => `${ts} ${price}`).sort()).toEqual(wanted.sort())
      }),
      { numRuns: kind.name === 'server' ? 40 : 15 },
    )
  })

  it('tells apart what came after its minute was worked through', async () => {
    const one = keeper()
    worked = M + 1
    one.hearPrint(A, trade(1, 59_999)) // of minute M + 1, which is done
    one.hearPrint(A, trade(2, 60_000)) // of the next
    await one.flush()
    expect(await readLateRows(db, [1, 2], 0)).toMatchObject([
      { market_id: 1, kind: 'print', at_ms: M * 60_000 + 59_999, after_minute: M + 1, was: null, received_ms: 7 },
    ])
    expect(await tape(1)).toHaveLength(2)
    expect(one.takeLate()).toEqual([
      expect.stringMatching(/^1 late print of A: its minute was worked through without it/),
    ])
    expect(one.takeLate()).toEqual([])
  })

  it('keeps what a changed candle was, and leaves one alone that is told again as it is', async () => {
    const bar = (price: number | null) => ({ open: price, high: price, low: price, close: price })
    const candle = (bid: number, price: number | null = null): KalshiCandle => ({
      endMinute: M,
      price: bar(price),
      bid: bar(bid),
      ask: bar(4000),
      volumeCenti: 5,
      openInterestCenti: 0,
    })
    const one = keeper()
    await one.keepCandles([{ market: A, candles: [candle(3000)] }])
    worked = M
    expect(await one.keepCandles([{ market: A, candles: [candle(3000)] }])).toBe(0)
    expect(await one.keepCandles([{ market: A, candles: [candle(3100)] }])).toBe(1)
    expect(await one.keepCandles([{ market: A, candles: [candle(3100, 3500)] }])).toBe(1)
    expect(await readLateRows(db, [1], 0)).toMatchObject([
      {
        kind: 'candle',
        after_minute: M,
        was: { bid_close: 3000, ask_close: 4000, volume_centi: 5 },
        came: { bid_close: 3100, ask_close: 4000, volume_centi: 5 },
      },
      { kind: 'candle', was: { price_close: null, bid_close: 3100 }, came: { price_close: 3500, bid_close: 3100 } },
    ])
    expect(await readLateRows(db, [1], M + 1)).toEqual([])
  })
})
