import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import {
  addControl,
  type Database,
  lastWorkedMinute,
  readSignals,
  runQuery,
  type Signal,
  saveMarkets,
  saveMinute,
} from '../../src/database/index.ts'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../support/databases.ts'
import { marketExample } from '../support/market-example.ts'

const MINUTE = 29_000_000
const TICKERS = ['KXHIGHMIA-25FEB20-B80.5', 'KXHIGHMIA-25FEB20-B82.5']

const signalOf = (ticker: string, standDown: string | null = null): Signal => ({
  ...{ endMinute: MINUTE, ticker, city: 'miami', bracket: 'between', standDown, candidate: false, trace: { a: 1 } },
  ...{ pModel: 0.1, pMarket: 0.2, pBlend: 0.3, edgeCents: 4, kellyFraction: 0.5, sizeFraction: 0.1, spreadCents: 1 },
  ...{ minutesToClose: 10, modelId: 'm', window: 'w', side: 'yes' },
})

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
  const minutes = () =>
    runQuery(db, 'select loop, signals, stand_downs, ended_ms::float8 from rt_minutes order by loop')

  it('writes the signals as the work answers them, and how many there are', async () => {
    const signals = [signalOf(TICKERS[0]!), signalOf(TICKERS[1]!, 'no_edge')]
    expect(await saveMinute(db, minute('one'), async () => signals)).toEqual(signals)
    expect(await stored()).toEqual(signals)
    expect(await minutes()).toEqual([{ loop: 'one', signals: 2, stand_downs: 1, ended_ms: 60_000 * MINUTE + 3001 }])
    const [created] = await runQuery(db, 'select extract(epoch from created_at)::float8 as s from rt_signals')
    expect(created).toEqual({ s: 60 * MINUTE + 3.001 })
  })

  it('writes that a minute without signals is done', async () => {
    expect(await saveMinute(db, minute('one'), async () => [])).toEqual([])
    expect(await lastWorkedMinute(db, 'one')).toBe(MINUTE)
  })

  it('takes back what the work wrote where the minute was done already, and keeps what was there', async () => {
    await saveMinute(db, minute('one'), async () => [signalOf(TICKERS[0]!, 'no_edge')])
    const again = saveMinute(db, { ...minute('one'), endedMs: 1 }, async (trx) => {
      await addControl(trx, { command: 'resume', reason: 'within', atMs: 1 })
      return [signalOf(TICKERS[1]!)]
    })
    expect(await again).toBeNull()
    expect((await stored()).map(({ ticker, standDown }) => [ticker, standDown])).toEqual([[TICKERS[0], 'no_edge']])
    expect(await minutes()).toMatchObject([{ signals: 1, stand_downs: 1 }])
    expect(await runQuery(db, 'select * from rt_controls')).toEqual([])
  })

  it('refuses signals that another loop wrote, with nothing written', async () => {
    await saveMinute(db, minute('one'), async () => [signalOf(TICKERS[0]!)])
    const other = saveMinute(db, minute('other'), async () => TICKERS.map((ticker) => signalOf(ticker)))
    await expect(other).rejects.toMatchObject({
      code: 'SIGNALS_OF_ANOTHER_LOOP',
      details: { there: 1, signals: 2 },
    })
    expect(await stored()).toHaveLength(1)
    expect(await minutes()).toMatchObject([{ loop: 'one' }])
  })

  it.each(kind.name === 'server' ? [2] : [])('lets one of %i that come to a minute at once have it', async () => {
    const work = async (trx: Database) => {
      await addControl(trx, { command: 'resume', reason: 'within', atMs: 1 })
      await new Promise((next) => setTimeout(next, 30))
      return [signalOf(TICKERS[0]!)]
    }
    const both = await Promise.all([saveMinute(db, minute('one'), work), saveMinute(db, minute('one'), work)])
    expect(both.filter((one) => one === null)).toHaveLength(1)
    expect(await stored()).toHaveLength(1)
    expect(await runQuery(db, 'select * from rt_controls')).toHaveLength(1)
  })
})
