import { type Database, readTrades, runQuery, type TradeSeries } from 'kwx/database'
import { minuteToMs } from 'kwx/time'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MinuteWork } from '../src/loop/loop-types.ts'
import { Portfolio, type PortfolioReport } from '../src/paper/portfolio.ts'
import { clear, overheard, paperDatabase } from './paper-database.ts'
import {
  BANKROLL,
  minuteWork,
  type PaperWorld,
  paperRows,
  paperWorld,
  type WorldOptions,
  workPaper,
} from './paper-world.ts'
import { pause } from './recorded-loop.ts'

const paper = paperDatabase()
let db: Database
beforeAll(() => {
  db = paper.db()
})

describe('a portfolio that was read between two minutes', () => {
  const OPTIONS: WorldOptions = { cities: ['miami', 'chicago'], minutes: 24, markets: 2, edge: 0.02, seed: 'ahead' }
  const begun = ({ loop, pairs }: PaperWorld, reports: PortfolioReport[] = []) =>
    new Portfolio({ loop, pairs, bankroll: BANKROLL }, (report) => reports.push(report))
  const all = (world: PaperWorld) => [world.first, world.last] as const

  /** What is left by a portfolio that reads everything within its minutes. */
  async function unread(options = OPTIONS) {
    const world = await paperWorld(db, options)
    await workPaper(db, world, all(world))
    const rows = await paperRows(db)
    await clear(db)
    return rows
  }

  it.each(['trades', 'candles'] as const)('leaves the same rows as one that was not: %s', async (source) => {
    const expected = await unread({ ...OPTIONS, source })
    expect(expected['paper_fills']!.length).toBeGreaterThan(5)
    for (const checked of [() => true, (minute: number) => minute % 3 === 0]) {
      const world = await paperWorld(db, { ...OPTIONS, source })
      await workPaper(db, world, all(world), { checked })
      expect(await paperRows(db)).toEqual(expected)
      await clear(db)
    }
  })

  it('is not read again in the minute', async () => {
    const world = await paperWorld(db, OPTIONS)
    const portfolio = begun(world)
    await workPaper(db, world, [world.first, world.first + 9], { portfolio })
    const asked = async (minute: number) => {
      const texts: string[] = []
      await workPaper(
        overheard(db, (sql) => texts.push(sql)),
        world,
        [minute, minute],
        { portfolio },
      )
      return texts.filter((text) => text.includes('last_balance')).length
    }
    expect(await asked(world.first + 10)).toBe(1)
    await portfolio.check(db)
    expect(await asked(world.first + 11)).toBe(0)
    expect(await asked(world.first + 12)).toBe(1) // it is of one minute
  })

  it('is read again where another process took a minute since', async () => {
    const expected = await unread()
    const world = await paperWorld(db, OPTIONS)
    const [one, other] = [begun(world), begun(world)]
    for (let minute = world.first; minute <= world.last; minute++) {
      const isOthers = minute % 2 === 0
      if (isOthers) await one.check(db) // what it read is over when its own turn comes
      await workPaper(db, world, [minute, minute], { portfolio: isOthers ? other : one })
    }
    expect(await paperRows(db)).toEqual(expected)
  })

  it('is not taken for another one that began under its name', async () => {
    const world = await paperWorld(db, OPTIONS)
    const reports: PortfolioReport[] = []
    const portfolio = begun(world, reports)
    await workPaper(db, world, [world.first, world.first + 12], { portfolio, checked: () => true })
    expect(reports.at(-1)!.cash).not.toBe(BANKROLL)
    await runQuery(db, 'truncate paper_portfolios cascade')
    await workPaper(db, { ...world, signals: new Map() }, [world.first + 13, world.first + 13], { portfolio })
    expect(reports.at(-1)).toMatchObject({ cash: BANKROLL, locked: 0, mismatch: null })
  })

  it('is read again for a minute of another day, whose losses begin at nothing', async () => {
    const world = await paperWorld(db, { minutes: 60, edge: 0.08, risk: { max_daily_loss_pct: 0.0005 } })
    const reports: PortfolioReport[] = []
    const portfolio = begun(world, reports)
    await workPaper(db, world, all(world), { portfolio, checked: () => true })
    expect(reports.at(-1)!.lossLimitReached).toBe(true)
    const tomorrow = Math.ceil(minuteToMs(world.last) / 86_400_000) * 1440 + 1
    await workPaper(db, world, [tomorrow, tomorrow], { portfolio })
    expect(reports.at(-1)).toMatchObject({ realisedToday: 0, lossLimitReached: false })
  })

  it('is read again once it is told that markets may have changed', async () => {
    const world = await paperWorld(db, OPTIONS)
    const portfolio = begun(world)
    const [middle, next] = [world.first + 12, world.first + 13]
    await workPaper(db, world, [world.first, middle], { portfolio, checked: () => true })
    await runQuery(db, 'update markets set close_ms = $1', [minuteToMs(middle)])
    portfolio.forget()
    await workPaper(db, { ...world, signals: new Map() }, [next, next], { portfolio })
    expect(await paper.count(`select count(*)::integer as n from paper_markets where stage = 'trading'`)).toBe(0)
  })

  it('is not gone on with where it does not add up', async () => {
    const world = await paperWorld(db, OPTIONS)
    const reports: PortfolioReport[] = []
    const portfolio = begun(world, reports)
    const middle = world.first + 12
    await workPaper(db, world, [world.first, middle], { portfolio, checked: () => true })
    await runQuery(db, 'update paper_portfolios set cash = cash + 1')
    expect(await portfolio.check(db)).toMatch(/^cash against/)
    await workPaper(db, world, [middle + 1, middle + 1], { portfolio })
    expect(reports.at(-1)!.mismatch).toMatch(/^cash against/)
    expect(await portfolio.check(db)).toMatch(/^cash against/)
    await runQuery(db, 'update paper_portfolios set cash = cash - 1')
    await workPaper(db, world, [middle + 2, middle + 2], { portfolio })
    expect(reports.at(-1)!.mismatch).toBeNull()
  })

  it('is read again where it was told of something while it was read', async () => {
    const world = await paperWorld(db, OPTIONS)
    const portfolio = begun(world)
    await workPaper(db, world, [world.first, world.first], { portfolio })
    let reads = 0
    const heard = overheard(db, (sql) => {
      if (!sql.includes('last_balance')) return
      reads++
      portfolio.forget()
    })
    await portfolio.check(heard)
    await workPaper(heard, world, [world.first + 1, world.first + 1], { portfolio })
    expect(reads).toBe(2)
  })

  it.each([
    ['all', () => true, 0],
    ['some', (marketId: number) => marketId % 2 === 0, 1],
  ] as const)('reads no prints that were read for the signals: %s of them', async (_, isRead, reads) => {
    const expected = await unread()
    const world = await paperWorld(db, OPTIONS)
    const ids = await runQuery<{ market_id: number }>(db, 'select market_id from markets')
    const series = new Map<number, TradeSeries>()
    for await (const one of readTrades(
      db,
      ids.map(({ market_id }) => market_id),
    ))
      series.set(one.marketId, one)
    const printsSince: MinuteWork['printsSince'] = (marketId, ordinal) => {
      const { tsMs, price, countCenti, takerYes } = series.get(marketId)!
      const from = <Values extends { slice(n: number): Values }>(values: Values) => values.slice(ordinal)
      return isRead(marketId)
        ? { tsMs: from(tsMs), price: from(price), countCenti: from(countCenti), takerYes: from(takerYes) }
        : null
    }
    let asked = 0
    const heard = overheard(db, (sql) => {
      if (sql.includes('from trades')) asked++
    })
    await workPaper(heard, world, all(world), { printsSince })
    expect(await paperRows(db)).toEqual(expected)
    expect(asked > 0).toBe(reads > 0)
  })

  it('takes no prints before they were read for the signals', async () => {
    const options = { ...OPTIONS, source: 'candles' } as const
    const expected = await unread(options)
    const world = await paperWorld(db, options)
    const { loop, first, last } = world
    const portfolio = begun(world)
    for (let minute = first; minute <= last; minute++) {
      let areRead = false
      const computed = pause(2).then(() => {
        areRead = true
        return world.signals.get(minute)!
      })
      const work = minuteWork(db, { loop, endMinute: minute, endedMs: minuteToMs(minute) + 3000 }, [])
      const printsSince: MinuteWork['printsSince'] = (_, ordinal) => {
        if (!areRead) throw new Error(`asked for prints from ${ordinal} on before they are read`)
        return null
      }
      await portfolio.onMinute({ ...work, signals: computed, printsSince })
    }
    expect(await paperRows(db)).toEqual(expected)
  })

  it('is not kept where a minute was taken while it was read', async () => {
    const world = await paperWorld(db, OPTIONS)
    const portfolio = begun(world)
    await workPaper(db, world, [world.first, world.first], { portfolio })
    const whileRead = async (query: { readonly sql: string }) => {
      const answer = await db.executeQuery(query as never)
      if (query.sql.includes('last_balance')) {
        await workPaper(db, world, [world.first + 1, world.first + 1], { portfolio })
      }
      return answer
    }
    const slow = new Proxy(db, {
      get: (target, name) => (name === 'executeQuery' ? whileRead : Reflect.get(target, name, target)),
    })
    await portfolio.check(slow)
    let decided = 0
    const heard = overheard(db, (sql) => {
      if (sql.includes('insert into rt_minutes')) decided++
    })
    await workPaper(heard, world, [world.first + 2, world.first + 2], { portfolio })
    expect(decided).toBe(1)
  })
})
