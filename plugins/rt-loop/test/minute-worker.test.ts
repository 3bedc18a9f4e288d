import { type Database, loadTrades, saveMarkets } from 'kwx/database'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { marketExample } from '../../../test/support/market-example.ts'
import { MinuteWorker } from '../src/loop/minute-worker.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { readSignals } from '../src/storage/signals.ts'
import { livePair } from './support.ts'

const DAY = parseDay('2025-02-20')
const MINUTE = DAY * 1440 + 1200
const GO = { standDown: null, reason: null }

describe('MinuteWorker', () => {
  let opened: OpenedDatabase
  let pair: LivePair
  beforeAll(async () => {
    opened = await migratedDatabase(databaseKinds.at(-1)!)
    pair = (await livePair()).pair
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    await emptyTables(opened.db)
    const market = marketExample('KXHIGHMIA-25FEB20-B80.5')
    const event = { ticker: 'KXHIGHMIA-25FEB20', seriesTicker: 'KXHIGHMIA', city: 'miami', day: DAY }
    const ids = await saveMarkets(opened.db, [{ ...event, origin: 'replay', markets: [market] }])
    const minutes = [0, 1, 2]
    await loadTrades(opened.db, {
      marketId: Int32Array.from(minutes, () => ids.get(market.ticker)!),
      ordinal: Int32Array.from(minutes),
      tsMs: Float64Array.from(minutes, (k) => (MINUTE + k) * 60_000 - 5000),
      price: Int16Array.from(minutes, (k) => 4000 + 100 * k),
      countCenti: Int32Array.from(minutes, () => 500),
      takerYes: Uint8Array.from(minutes, (k) => k % 2),
    })
  })

  /** A slow database that tells how many statements are under way. */
  function counted() {
    let underWay = 0
    const slowly = async (query: never) => {
      underWay++
      const answer = await opened.db.executeQuery(query)
      await new Promise((next) => setTimeout(next, 20))
      underWay--
      return answer
    }
    const db = new Proxy(opened.db, {
      get: (target, name) => (name === 'executeQuery' ? slowly : bound(target, name)),
    })
    return { db, underWay: () => underWay }
  }
  const bound = (target: Database, name: string | symbol) => {
    const value = Reflect.get(target, name, target) as unknown
    return typeof value === 'function' ? value.bind(target) : value
  }
  const world = (db: Database) => ({
    db,
    clock: { now: () => MINUTE * 60_000 + 3000 },
    signal: new AbortController().signal,
  })

  it('begins the work of a portfolio while the rows of the minute are still read', async () => {
    const { db, underWay } = counted()
    const within: number[] = []
    const worker = await MinuteWorker.start(world(db), {
      pairs: [pair],
      record: true,
      onMinute: async ({ signals, save }) => {
        within.push(underWay())
        expect(await save(await signals)).toBe(true)
      },
    })
    await worker.upTo(MINUTE + 1, GO)
    await worker.upTo(MINUTE + 2, GO)
    expect(within.map((statements) => statements > 0)).toEqual([true, true])
    expect(worker.takeDone().signals.map(({ endMinute }) => endMinute)).toEqual([MINUTE + 1, MINUTE + 2])
  })

  it('tells of signals once they are written, and not of those whose portfolio had changed', async () => {
    const outcomes: boolean[] = []
    const stale = { portfolio_id: 1, readAt: 1, change: { mismatch: 'nothing is there' } }
    const worker = await MinuteWorker.start(world(opened.db), {
      pairs: [pair],
      record: true,
      onMinute: async ({ signals, save }) => {
        const computed = await signals
        outcomes.push(await save(computed, stale))
        const stoodDown = computed.map((signal) => ({ ...signal, standDown: 'unreconciled' }))
        outcomes.push(await save(stoodDown))
      },
    })
    await worker.upTo(MINUTE + 1, GO)
    expect(outcomes).toEqual([false, true])
    const { signals } = worker.takeDone()
    expect(signals.map(({ standDown }) => standDown)).toEqual(['unreconciled'])
    expect(await readSignals(opened.db, { fromMinute: MINUTE + 1, toMinute: MINUTE + 1 })).toEqual(signals)
  })

  it('has models loaded before there is a minute to use them in, and tells of one that is broken when there is', async () => {
    const asked: number[] = []
    const broken: LivePair = {
      ...pair,
      modelFor(day) {
        asked.push(day)
        return Promise.reject(new Error('the model is broken'))
      },
      challengerFor: pair.modelFor,
    }
    const worker = await MinuteWorker.start(world(opened.db), { pairs: [broken], record: true })
    await worker.upTo(MINUTE - 60, GO)
    await worker.upTo(MINUTE - 60, GO)
    expect(asked).toEqual([DAY, DAY + 1])
    await expect(worker.upTo(MINUTE, GO)).rejects.toThrow('the model is broken')
  })

  it('waits for no reading when it is told to stop, and goes on later as if it had not been', async () => {
    const { db, underWay } = counted()
    const worker = await MinuteWorker.start(world(db), { pairs: [pair], record: false })
    await worker.upTo(MINUTE, Promise.resolve(null))
    expect(underWay()).toBeGreaterThan(0)
    expect(worker.worked).toBeNull()
    await worker.upTo(MINUTE, GO)
    expect(worker.takeDone().signals).toHaveLength(1)
  })

  it('ends with the error of a reading that fails, with nothing written', async () => {
    const failing = opened.db.withPlugin({
      transformQuery() {
        throw new Error('the reading failed')
      },
      transformResult: async ({ result }) => result,
    })
    const worker = await MinuteWorker.start(world(failing), { pairs: [pair], record: true })
    await expect(worker.upTo(MINUTE, GO)).rejects.toThrow('the reading failed')
    expect(worker.worked).toBeNull()
  })
})
