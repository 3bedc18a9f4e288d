import { type Database, runQuery } from 'kwx/database'
import { minuteToMs } from 'kwx/time'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MinuteWork } from '../src/loop/loop-types.ts'
import { Portfolio } from '../src/paper/portfolio.ts'
import { readSignals } from '../src/storage/signals.ts'
import { clear, paperDatabase } from './paper-database.ts'
import { BANKROLL, minuteWork, type PaperWorld, paperWorld, signalOf, workPaper } from './paper-world.ts'

const paper = paperDatabase()
const { whole } = paper
let db: Database
beforeAll(() => {
  db = paper.db()
})

describe('the guards of a portfolio', () => {
  it('keep positions and resting orders together below the share of the bankroll that is allowed', async () => {
    const free = await paperWorld(db, { cities: ['miami', 'chicago'], minutes: 40, edge: 0.06 })
    const most = async (world: PaperWorld) => {
      const reports = await workPaper(db, world, [world.first, world.last])
      return Math.max(...reports.map(({ cash, locked, reserved }) => (locked + reserved) / (cash + locked)))
    }
    expect(await most(free)).toBeGreaterThan(0.15)
    await clear(db)
    const limited = {
      cities: ['miami', 'chicago'],
      minutes: 40,
      edge: 0.06,
      risk: { max_bankroll_pct_total: 0.12 },
    } as const
    expect(await most(await paperWorld(db, limited))).toBeLessThan(0.121)
  })

  it('stop opening and withdraw what rests once the loss of a day is reached, until the next day (UTC)', async () => {
    const world = await paperWorld(db, { minutes: 60, edge: 0.08, risk: { max_daily_loss_pct: 0.0005 } })
    const reports = await workPaper(db, world, [world.first, world.last])
    const hit = reports.findIndex(({ lossLimitReached }) => lossLimitReached)
    expect(hit).toBeGreaterThan(0)
    expect(reports[hit]!.reserved).toBe(0)
    const after = reports.slice(hit + 1)
    expect(after.map(({ orders }) => orders)).toEqual(after.map(() => 0))
    const signals = await readSignals(db, { fromMinute: world.first + hit, toMinute: world.last })
    expect(new Set(signals.map(({ standDown }) => standDown))).toEqual(new Set(['daily_loss']))
  })

  it('are asked of what is written upon: of two that decide at once the second decides again on what the first left', async () => {
    const risk = { max_bankroll_pct_total: 0.1, max_daily_loss_pct: 1, max_bankroll_pct_city_day_side: 0.08 }
    const world = await paperWorld(db, { cities: ['miami', 'chicago'], minutes: 30, markets: 1, risk })
    const of = (city: string, minute: number) =>
      world.tickers
        .filter((ticker) => world.signals.get(minute)!.find((signal) => signal.ticker === ticker)!.city === city)
        .map((ticker) => signalOf(ticker, city, minute, 0.99, 0.5))
    const [m, n] = [world.first + 10, world.first + 12]
    // The first trades Chicago and leaves a signal for Miami: each alone would take most of what the limit allows.
    await work(m - 1, of('chicago', m - 1))
    let others = 0
    // Both have read and decided before either writes; the other one decided on what is there before the first.
    await work(n, [], async () => {
      if (others++ === 0) await work(m, of('miami', m))
    })
    expect(others).toBe(2)
    const { cash, locked, reserved } = (
      await runQuery<{ cash: number; locked: number; reserved: number }>(db, 'select * from paper_portfolios')
    )[0]!
    const [sums] = await runQuery<{ chicago: number; miami: number }>(
      db,
      `select sum(price * want_centi / 100) filter (where city = 'chicago')::float8 as chicago,
         sum(price * want_centi / 100) filter (where city = 'miami')::float8 as miami
       from paper_orders join markets using (market_id) join events using (event_id) where action = 'buy' and role = 'maker'
         and state in ('resting', 'filled', 'partly')`,
    )
    expect(sums!.chicago).toBeGreaterThan(0.06 * BANKROLL)
    expect(sums!.miami).toBeGreaterThan(0)
    expect(sums!.miami).toBeLessThan(0.04 * BANKROLL)
    expect(locked + reserved).toBeGreaterThan(0.08 * BANKROLL)
    expect(locked + reserved).toBeLessThanOrEqual(0.1 * (cash + locked))
    expect(await whole()).toBeNull()

    async function work(minute: number, signals: ReturnType<typeof of>, beforeWriting = async () => {}) {
      const { loop, pairs } = world
      const portfolio = new Portfolio({ loop, pairs, bankroll: BANKROLL })
      const worked = { loop, endMinute: minute, endedMs: minuteToMs(minute) + 3000 }
      const own = minuteWork(db, worked, signals)
      const save: MinuteWork['save'] = async (them, paper) => {
        await beforeWriting()
        return own.save(them, paper)
      }
      await portfolio.onMinute({ ...own, save })
    }
  })

  it('give up where others write on the portfolio all the time', async () => {
    const world = await paperWorld(db, { minutes: 5 })
    const { loop, pairs, first } = world
    const portfolio = new Portfolio({ loop, pairs, bankroll: BANKROLL })
    const worked = { loop, endMinute: first, endedMs: 0 }
    let times = 0
    const save = async () => ++times < 0
    await expect(portfolio.onMinute({ ...minuteWork(db, worked, []), save })).rejects.toMatchObject({
      code: 'RT_ANOTHER_LOOP',
    })
    expect(times).toBe(3)
  })

  it('let nobody take a minute twice', async () => {
    const world = await paperWorld(db, { minutes: 5 })
    const { loop, pairs } = world
    await workPaper(db, world, [world.first, world.last])
    const worked = { loop, endMinute: world.last, endedMs: 0 }
    const portfolio = new Portfolio({ loop, pairs, bankroll: BANKROLL })
    await expect(portfolio.onMinute(minuteWork(db, worked, []))).rejects.toMatchObject({
      code: 'RT_ANOTHER_LOOP',
    })
  })

  it('want one configuration for each city and bracket', async () => {
    const { loop, pairs } = await paperWorld(db, { minutes: 2 })
    expect(() => new Portfolio({ loop, pairs: [...pairs, ...pairs], bankroll: 1 })).toThrow(
      /^Two configurations trade miami between/,
    )
  })

  it('refuse a portfolio that holds markets of other configurations', async () => {
    const world = await paperWorld(db, { cities: ['miami', 'chicago'], minutes: 4 })
    await workPaper(db, world, [world.first, world.first + 1])
    await expect(
      workPaper(db, { ...world, pairs: world.pairs.slice(1) }, [world.first + 2, world.first + 2]),
    ).rejects.toMatchObject({ code: 'RT_PORTFOLIO_MARKETS' })
  })
})
