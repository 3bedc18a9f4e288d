import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { type Database, runQuery, saveMarkets } from '../../../src/data/database/index.ts'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { marketExample } from '../../../test/support/market-example.ts'
import { findPortfolio } from '../src/storage/paper-portfolio.ts'
import type { PaperStep } from '../src/storage/paper-step.ts'
import { lastWorkedMinute, type PaperChange, saveMinute } from '../src/storage/save-minute.ts'
import type { Signal } from '../src/storage/signals.ts'
import { readSignals } from '../src/storage/signals.ts'

const MINUTE = 29_000_000
const TICKERS = ['KXHIGHMIA-25FEB20-B80.5', 'KXHIGHMIA-25FEB20-B82.5']

const signalOf = (ticker: string, standDown: string | null = null): Signal => ({
  ...{ endMinute: MINUTE, ticker, city: 'miami', bracket: 'between', standDown, candidate: false, trace: { a: 1 } },
  ...{ pModel: 0.1, pMarket: 0.2, pBlend: 0.3, edgeCents: 4, kellyFraction: 0.5, sizeFraction: 0.1, spreadCents: 1 },
  ...{ minutesToClose: 10, modelId: 'm', window: 'w', side: 'yes' },
})

const NOTHING: PaperStep = {
  ...{ through_minute: MINUTE - 1, cash: 0, locked: 0, reserved: 0 },
  ...{ markets: [], orders: [], fills: [], positions: [], settlements: [], entries: [] },
}

describe.each(databaseKinds)('saveMinute on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    await emptyTables(db)
    const markets = TICKERS.map((ticker, k) =>
      marketExample(ticker, { floor_strike: 80 + 2 * k, cap_strike: 81 + 2 * k }),
    )
    const event = { ticker: 'KXHIGHMIA-25FEB20', seriesTicker: 'KXHIGHMIA', city: 'miami', day: 20_139 }
    await saveMarkets(db, [{ ...event, origin: 'replay', markets }])
  })

  const minute = (loop: string) => ({ loop, endMinute: MINUTE, endedMs: 60_000 * MINUTE + 3001 })
  const stored = () => readSignals(db, { fromMinute: MINUTE, toMinute: MINUTE })
  const money = () => runQuery(db, 'select through_minute, cash::float8, mismatch from paper_portfolios')
  const minutes = () =>
    runQuery(
      db,
      'select loop, signals, stand_downs, ended_ms::float8 from rt_minutes where end_minute >= $1 order by loop',
      [MINUTE],
    )

  it('writes the signals, and how many there are', async () => {
    const signals = [signalOf(TICKERS[0]!), signalOf(TICKERS[1]!, 'no_edge')]
    expect(await saveMinute(db, minute('one'), signals)).toBe('written')
    expect(await stored()).toEqual(signals)
    expect(await minutes()).toEqual([{ loop: 'one', signals: 2, stand_downs: 1, ended_ms: 60_000 * MINUTE + 3001 }])
    const [created] = await runQuery(db, 'select extract(epoch from created_at)::float8 as s from rt_signals')
    expect(created).toEqual({ s: 60 * MINUTE + 3.001 })
  })

  it('writes that a minute without signals is done', async () => {
    expect(await saveMinute(db, minute('one'), [])).toBe('written')
    expect(await lastWorkedMinute(db, 'one')).toBe(MINUTE)
  })

  it('writes nothing where the minute was done already, and keeps what was there', async () => {
    await saveMinute(db, minute('one'), [signalOf(TICKERS[0]!, 'no_edge')])
    const paper = await portfolio()
    const again = saveMinute(
      db,
      { ...minute('one'), endedMs: 1 },
      TICKERS.map((one) => signalOf(one)),
      paper,
    )
    expect(await again).toBe('done')
    expect((await stored()).map(({ ticker, standDown }) => [ticker, standDown])).toEqual([[TICKERS[0], 'no_edge']])
    expect(await minutes()).toMatchObject([{ signals: 1, stand_downs: 1 }])
    expect(await money()).toEqual([{ through_minute: MINUTE - 1, cash: 1000, mismatch: null }])
  })

  it('refuses signals that another loop wrote, with nothing written', async () => {
    await saveMinute(db, minute('one'), [signalOf(TICKERS[0]!)])
    const paper = await portfolio()
    const other = saveMinute(
      db,
      minute('other'),
      TICKERS.map((ticker) => signalOf(ticker)),
      paper,
    )
    await expect(other).rejects.toMatchObject({
      code: 'SIGNALS_OF_ANOTHER_LOOP',
      details: { there: 1, signals: 2 },
    })
    expect(await stored()).toHaveLength(1)
    expect(await minutes()).toMatchObject([{ loop: 'one' }])
    expect(await money()).toMatchObject([{ through_minute: MINUTE - 1 }])
  })

  it('says what the database says where a market has two of its own signals', async () => {
    const twice = [signalOf(TICKERS[0]!), signalOf(TICKERS[0]!)]
    await expect(saveMinute(db, minute('one'), twice)).rejects.toMatchObject({ code: '23505' })
    expect(await minutes()).toEqual([])
  })

  it.each(kind.name === 'server' ? [30] : [])(
    'refuses one of two loops with the same markets, in %i orders',
    async (rounds) => {
      for (let round = 0; round < rounds; round++) {
        await runQuery(db, 'truncate rt_signals, rt_minutes')
        const signals = TICKERS.map((ticker) => signalOf(ticker))
        const both = await Promise.allSettled([
          saveMinute(db, minute('one'), signals),
          saveMinute(db, minute('other'), signals.toReversed()),
        ])
        const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
        expect(refused).toEqual(['SIGNALS_OF_ANOTHER_LOOP'])
        expect(await minutes()).toHaveLength(1)
      }
    },
  )

  it.each(kind.name === 'server' ? [2] : [])('lets one of %i that come to a minute at once have it', async () => {
    const save = () => saveMinute(db, minute('one'), [signalOf(TICKERS[0]!)])
    expect((await Promise.all([save(), save()])).sort()).toEqual(['done', 'written'])
    expect(await stored()).toHaveLength(1)
  })

  describe('with a portfolio', () => {
    const signals = TICKERS.map((ticker) => signalOf(ticker))

    it('writes what the minute made of it', async () => {
      const paper = await portfolio()
      expect(await saveMinute(db, minute('one'), signals, paper)).toBe('written')
      expect(await money()).toEqual([{ through_minute: MINUTE, cash: 990, mismatch: null }])
      expect(await runQuery(db, 'select amount::float8, balance::float8 from paper_ledger where entry_no = 2')).toEqual(
        [{ amount: -10, balance: 990 }],
      )
      expect(await stored()).toHaveLength(2)
    })

    it('begins it, once', async () => {
      const begin = { begin: 500, change: { ...NOTHING, through_minute: MINUTE, cash: 500 } }
      expect(await saveMinute(db, minute('one'), signals, begin)).toBe('written')
      expect(await runQuery(db, 'select kind, amount::float8, balance::float8, end_minute from paper_ledger')).toEqual([
        { kind: 'bankroll', amount: 500, balance: 500, end_minute: MINUTE - 1 },
      ])
      const next = { ...minute('one'), endMinute: MINUTE + 1 }
      expect(await saveMinute(db, next, [], begin)).toBe('moved')
      expect(await money()).toEqual([{ through_minute: MINUTE, cash: 500, mismatch: null }])
      expect(await minutes()).toHaveLength(1)
    })

    it('writes what does not add up instead', async () => {
      const paper = { ...(await portfolio()), change: { mismatch: 'a cent is missing' } }
      expect(await saveMinute(db, minute('one'), signals, paper)).toBe('written')
      expect(await money()).toEqual([{ through_minute: MINUTE - 1, cash: 1000, mismatch: 'a cent is missing' }])
      expect(await stored()).toHaveLength(2)
    })

    it.each(['step', 'mismatch'])('writes nothing where it is no longer as it was read: %s', async (kind) => {
      const paper = await portfolio()
      const change = kind === 'step' ? paper.change : { mismatch: 'a cent is missing' }
      await runQuery(db, 'update paper_portfolios set through_minute = through_minute + 1')
      expect(await saveMinute(db, minute('one'), signals, { ...paper, change })).toBe('moved')
      expect(await money()).toEqual([{ through_minute: MINUTE, cash: 1000, mismatch: null }])
      expect(await runQuery(db, 'select 1 from paper_ledger where entry_no > 1')).toEqual([])
      expect([await stored(), await minutes()]).toEqual([[], []])
    })

    it.each(kind.name === 'server' ? [2] : [])('has one of %i steps that were decided on the same state', async () => {
      for (let round = 0; round < 5; round++) {
        const paper = await portfolio()
        const of = (endMinute: number) =>
          saveMinute(db, { ...minute('one'), endMinute }, [], {
            ...paper,
            change: { ...paper.change, through_minute: endMinute },
          })
        const both = await Promise.all([of(MINUTE + 2 * round), of(MINUTE + 2 * round + 1)])
        expect(both.sort()).toEqual(['moved', 'written'])
      }
      expect(await minutes()).toHaveLength(5)
      expect(await money()).toMatchObject([{ cash: 950 }])
      expect(await runQuery(db, 'select 1 from paper_ledger where entry_no > 1')).toHaveLength(5)
    })
  })

  it.each(kind.name === 'server' ? [3] : [])('decides for one of %i writers that wait for the portfolio', async () => {
    const paper = await portfolio()
    const notes = { ...paper, change: { mismatch: 'a cent is missing' } }
    const change = (endMinute: number) => ({ ...paper, change: { ...paper.change, through_minute: endMinute } })
    const of = (endMinute: number, signals: readonly Signal[], what: PaperChange) =>
      saveMinute(db, { ...minute('one'), endMinute }, signals, what)
    let writers: Promise<string>[] = []
    await db.transaction().execute(async (trx) => {
      await runQuery(trx, 'select 1 from paper_portfolios for update')
      writers = [of(MINUTE, [signalOf(TICKERS[0]!)], change(MINUTE))]
      await waiting(1)
      writers.push(of(MINUTE + 1, [], change(MINUTE + 1)), of(MINUTE + 2, [], notes))
      await waiting(3)
      expect([await stored(), await minutes()]).toEqual([[], []])
    })
    expect(await Promise.all(writers)).toEqual(['written', 'moved', 'moved'])
    expect(await money()).toEqual([{ through_minute: MINUTE, cash: 990, mismatch: null }])
    expect([await stored(), await minutes()]).toMatchObject([[{}], [{}]])
    expect(await runQuery(db, 'select 1 from paper_ledger where entry_no > 1')).toHaveLength(1)
  })

  /** Until so many statements of this database wait for a lock. */
  async function waiting(n: number) {
    await vi.waitUntil(async () => {
      const rows = await runQuery(
        db,
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows.length >= n
    })
  }

  /** A change that pays ten of the portfolio's units, of which a new one has a thousand. */
  async function portfolio() {
    const begun = await findPortfolio(db, 'one')
    if (!begun) {
      const first = { ...minute('one'), endMinute: MINUTE - 1 }
      expect(await saveMinute(db, first, [], { begin: 1000, change: { ...NOTHING, cash: 1000 } })).toBe('written')
      return portfolio()
    }
    const { portfolio_id, through_minute: readAt, next_entry } = begun
    const cash = begun.cash - 10
    const at = { entry_no: next_entry, end_minute: MINUTE, at_ms: 60_000 * MINUTE, market_id: null, fill_no: null }
    const entries = [{ ...at, kind: 'bankroll' as const, amount: -10, balance: cash }]
    return { portfolio_id, readAt, change: { ...NOTHING, through_minute: MINUTE, cash, entries } }
  }
})
