import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type Database, readMarkets, runQuery } from 'kwx/database'
import { minuteToMs } from 'kwx/time'
import { feeCalendar } from 'kwx/trading'
import { beforeAll, describe, expect, it } from 'vitest'
import { validate } from '../../../src/base/schema/index.ts'
import { root } from '../../../test/support/root.ts'
import { simulate } from '../../backtest/src/engine/simulate.ts'
import { buildTape } from '../../backtest/src/services/build-tape.ts'
import { readMarketData } from '../../backtest/src/services/market-data.ts'
import { ACTED_AFTER_MS } from '../src/paper/paper-traders.ts'
import { openPaperPortfolio, Portfolio } from '../src/paper/portfolio.ts'
import { portfolioLines } from '../src/paper/portfolio-lines.ts'
import { showPortfolio } from '../src/paper/show-portfolio.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { realisedBetween } from '../src/storage/paper-portfolio.ts'
import { readSignals } from '../src/storage/signals.ts'
import { paperDatabase } from './paper-database.ts'
import { BANKROLL, DAY, finalize, GO, type PaperWorld, paperWorld, workPaper } from './paper-world.ts'

const paper = paperDatabase()
const { count, whole } = paper
let db: Database
beforeAll(() => {
  db = paper.db()
})

/** What a backtest makes of the same rows and signals, each acted on as late as the loop acts. */
async function backtested({ pairs, signals, tickers }: PaperWorld) {
  const { city, loaded } = pairs[0]!
  const rows = [...signals.values()].flat()
  const given = {
    n: rows.length,
    tickers,
    market: Int32Array.from(rows, ({ ticker }) => tickers.indexOf(ticker)),
    endMinute: Int32Array.from(rows, ({ endMinute }) => endMinute),
    p: Float64Array.from(rows, ({ pBlend }) => pBlend!),
  }
  const data = await readMarketData(db, city, loaded.config, { tickers: new Set(tickers), firstDay: DAY, lastDay: DAY })
  const built = buildTape(given as never, data, [], city.standardOffset)
  return simulate(built.builder.finish(ACTED_AFTER_MS), {
    event: built.event,
    events: built.events,
    signalP: given.p,
    impliedBook: built.impliedBook,
    fees: feeCalendar(city.regimes.fee, DAY, DAY + 1, city.standardOffset).dated,
    limits: loaded.config.risk,
    rule: 'through',
  })
}

describe('a paper portfolio', () => {
  it.each(['trades', 'candles'] as const)(
    'makes and fills the orders of a backtest of the same rows: %s',
    async (source) => {
      const world = await paperWorld(db, { source, minutes: 90 })
      await workPaper(db, world, [world.first, world.last])
      const ledger = await backtested(world)
      const markets = await readMarkets(db, { city: 'miami', fromDay: DAY, toDay: DAY })
      const tickers = new Map(markets.map(({ market_id, ticker }) => [market_id, ticker]))
      const fills = await runQuery<Record<string, number>>(db, 'select * from paper_fills order by fill_no')
      expect(fills.length).toBeGreaterThan(20)
      expect(
        fills.map((row) => [
          ...[row['at_ms'], tickers.get(row['market_id']!), row['side'], row['action'], row['role'], row['price']],
          ...[row['count_centi'], row['fee'], row['cost']],
        ]),
      ).toEqual(
        ledger.fills.map((fill) => [
          ...[fill.timeMs, world.tickers[fill.market], fill.side === 0 ? 'yes' : 'no', fill.opens ? 'buy' : 'sell'],
          ...[fill.maker ? 'maker' : 'taker', 100 * fill.price, fill.countCenti, fill.fee, fill.cost],
        ]),
      )
      const minutes = [...world.signals.keys()]
      const orders = await runQuery<Record<string, number>>(db, 'select * from paper_orders order by order_no')
      expect(
        orders.map((row) => [
          ...[
            row['at_ms'],
            row['price'],
            row['want_centi'],
            row['filled_centi'],
            row['edge_cents'],
            row['signal_minute'],
          ],
        ]),
      ).toEqual(
        ledger.orders.map((order) => [
          ...[order.timeMs, 100 * order.price, order.wantCenti, order.filledCenti, order.edge],
          minutes[Math.floor(order.signal / world.tickers.length)],
        ]),
      )
      expect(await whole()).toBeNull()
    },
  )

  it('pays positions the morning after, and its cash is the bankroll with every fill, fee and settlement', async () => {
    const world = await paperWorld(db, { cities: ['miami', 'chicago'], minutes: 40 })
    await workPaper(db, world, [world.first, world.last + 61])
    const held = await count('select count(*)::integer as n from paper_positions')
    expect(held).toBeGreaterThan(1)
    await finalize(db, (ticker) => ticker.endsWith('B62.5'))
    await workPaper(db, world, [world.morning - 1, world.morning - 1])
    expect(await count('select count(*)::integer as n from paper_settlements')).toBeLessThan(held)
    const [report] = await workPaper(db, world, [world.morning, world.morning])
    expect(report).toMatchObject({ locked: 0, reserved: 0, mismatch: null, unsettled: {} })
    expect(await count('select count(*)::integer as n from paper_settlements')).toBe(held)
    expect(await count(`select count(*)::integer as n from paper_markets where stage = 'over'`)).toBe(
      world.tickers.length,
    )
    expect(await whole()).toBeNull()
    const sum = await count('select sum(amount)::bigint as n from paper_ledger')
    expect(report!.cash).toBe(sum)
  })

  it.each([
    ['awaited', `status = 'closed'`, 1],
    ['missing', `status = 'closed'`, 49 * 60],
    ['blank', `status = 'finalized', result = null`, 1],
    ['contradictory', `status = 'finalized', result = 'yes'`, 1],
    ['contradictory', `status = 'finalized', result = 'no', expiration_value = floor_strike`, 1],
    ['contradictory', `status = 'finalized', result = 'no', expiration_value = 60.5`, 1],
  ])(
    'leaves a position open whose result is %s (%s), and pays it once that is corrected',
    async (outcome, update, later) => {
      const world = await paperWorld(db, { minutes: 30 })
      await workPaper(db, world, [world.first, world.last + 1])
      const held = await count('select count(*)::integer as n from paper_positions')
      await runQuery(db, `update markets set ${update}`)
      const [waiting] = await workPaper(db, world, [world.morning + later, world.morning + later])
      expect(waiting).toMatchObject({ unsettled: { [outcome]: held }, mismatch: null })
      expect(waiting!.locked).toBeGreaterThan(0)
      await runQuery(db, 'update markets set expiration_value = null')
      await finalize(db, (ticker) => ticker.endsWith('B60.5'))
      const [paid] = await workPaper(db, world, [world.morning + later + 1, world.morning + later + 1])
      expect(paid).toMatchObject({ unsettled: {}, locked: 0, mismatch: null })
    },
  )

  it('withdraws what rests when it is paused, and neither opens nor sells', async () => {
    const world = await paperWorld(db, { minutes: 40, markets: 6, edge: 0.05 })
    const pausedFrom = world.first + 20
    const reports = await workPaper(db, world, [world.first, world.last], {
      circumstances: (minute) => (minute >= pausedFrom ? { standDown: 'paused', reason: 'a test' } : GO),
    })
    expect(reports[19]!.reserved + reports[18]!.reserved).toBeGreaterThan(0)
    expect(reports.slice(20).map(({ reserved }) => reserved)).toEqual(reports.slice(20).map(() => 0))
    expect(await count(`select count(*)::integer as n from paper_orders where state = 'withdrawn'`)).toBeGreaterThan(0)
    expect(await count(`select count(*)::integer as n from paper_orders where at_ms > ${minuteToMs(pausedFrom)}`)).toBe(
      0,
    )
  })

  it('lets what rests be filled until it expires while the loop is away, and decides nothing', async () => {
    const world = await paperWorld(db, { minutes: 60, edge: 0.05 })
    const reports = await workPaper(db, world, [world.first, world.first + 19])
    expect(reports.at(-1)!.reserved).toBeGreaterThan(0)
    const away = await workPaper(db, world, [world.first + 20, world.first + 40], { endedAfterMs: 5 * 60_000 })
    expect(away.map(({ orders }) => orders)).toEqual(away.map(() => 0))
    expect(away[0]!.reserved + away[0]!.fills).toBeGreaterThan(0)
    expect(away.at(-1)!.reserved).toBe(0)
    expect(await whole()).toBeNull()
  })

  it('takes a signal that was stood down for its inputs as no reason to trade', async () => {
    const world = await paperWorld(db, { minutes: 30 })
    const stale = new Map(
      [...world.signals].map(([minute, signals]) => [
        minute,
        signals.map((signal) => ({ ...signal, standDown: 'weather_stale' })),
      ]),
    )
    await workPaper(db, { ...world, signals: stale }, [world.first, world.last])
    expect(await count('select count(*)::integer as n from paper_orders')).toBe(0)
  })
})

describe('what was realised', () => {
  it('is of the events of a span, its first moment included and its last not', async () => {
    const world = await paperWorld(db, { minutes: 60 })
    await workPaper(db, world, [world.first, world.last])
    const [{ charged = 0 } = {}] = await runQuery<{ charged: number }>(
      db,
      'select min(at_ms) as charged from paper_fills where fee > 0',
    )
    const realised = (from: number, to: number) => realisedBetween(db, 1, [from, to])
    const [before, since, all] = [
      await realised(0, charged),
      await realised(charged, 2 ** 52),
      await realised(0, 2 ** 52),
    ]
    expect(before + since).toBe(all)
    const at = await realised(charged, charged + 1)
    expect(at).not.toBe(0)
    expect([await realised(0, charged + 1), await realised(charged + 1, 2 ** 52)]).toEqual([before + at, since - at])
  })
})

describe('the reconciliation', () => {
  it.each([
    ['update paper_portfolios set cash = cash + 1', /^cash against/],
    ['update paper_portfolios set locked = locked + 1', /^locked against/],
    ['update paper_portfolios set reserved = reserved + 1', /^reserved against/],
    [
      'update paper_positions set count_centi = count_centi + 100 where market_id = (select min(market_id) from paper_positions)',
      /^positions against/,
    ],
    [
      'update paper_orders set filled_centi = filled_centi - 1 where order_no = (select min(order_no) from paper_fills)',
      /^orders against/,
    ],
  ])('stands every signal down after "%s", and goes on when it is put right', async (damage, said) => {
    const world = await paperWorld(db, { minutes: 20 })
    const middle = world.first + 14
    await workPaper(db, world, [world.first, middle])
    await runQuery(db, damage)
    const [report] = await workPaper(db, world, [middle + 1, middle + 1])
    expect(report!.mismatch).toMatch(said)
    const signals = await readSignals(db, { fromMinute: middle + 1, toMinute: middle + 1 })
    expect(new Set(signals.map(({ standDown }) => standDown))).toEqual(new Set(['unreconciled']))
    expect(signals[0]!.trace['reason']).toMatch(said)
    expect(await count('select through_minute as n from paper_portfolios')).toBe(middle)
    const noted = () => runQuery<{ mismatch: string | null }>(db, 'select mismatch from paper_portfolios')
    expect(await noted()).toEqual([{ mismatch: expect.stringMatching(said) }])
    await runQuery(db, damage.replace(/ \+ /, ' - ').replace('filled_centi - 1', 'filled_centi + 1'))
    const [after] = await workPaper(db, world, [middle + 2, middle + 2])
    expect(after!.mismatch).toBeNull()
    expect(await noted()).toEqual([{ mismatch: null }])
    expect(await whole()).toBeNull()
  })

  it.each(['paper_fills', 'paper_ledger', 'paper_settlements'])('is about rows that only grow: %s', async (table) => {
    await expect(runQuery(db, `delete from ${table}`)).rejects.toThrow(/only grows/)
    await expect(runQuery(db, `update ${table} set at_ms = 0`)).rejects.toThrow(/only grows/)
  })

  it('finds a fill that was taken away by force in the whole', async () => {
    const world = await paperWorld(db, { minutes: 20 })
    await workPaper(db, world, [world.first, world.last])
    await runQuery(db, 'alter table paper_fills disable trigger all')
    await runQuery(db, 'alter table paper_ledger disable trigger all')
    await runQuery(db, 'delete from paper_fills where fill_no = 1')
    expect(await whole()).toMatch(/^cash against/)
  })

  it('looks at markets that are over once an hour between two minutes, and in every minute until all is right', async () => {
    const world = await paperWorld(db, { minutes: 40 })
    await workPaper(db, world, [world.first, world.last + 1])
    await finalize(db, (ticker) => ticker.endsWith('B62.5'))
    const { loop, pairs, morning } = world
    const found: (string | null)[] = []
    const portfolio = new Portfolio({ loop, pairs, bankroll: BANKROLL }, ({ mismatch }) => found.push(mismatch))
    const work = (minute: number) => workPaper(db, world, [minute, minute], { portfolio })
    await work(morning)
    expect(await count(`select count(*)::integer as n from paper_markets where stage <> 'over'`)).toBe(0)
    await runQuery(db, 'alter table paper_fills disable trigger all')
    await runQuery(db, 'create table taken as select * from paper_fills where fill_no = 1')
    await runQuery(db, 'delete from paper_fills where fill_no = 1')
    await work(morning + 59)
    expect([...found, await portfolio.check(db)]).toEqual([null, null, null])
    await work(morning + 60)
    expect(await portfolio.check(db)).toMatch(/^cash against/)
    for (const minute of [61, 62]) await work(morning + minute)
    expect(found.slice(-2)).toEqual([expect.stringMatching(/^cash against/), expect.stringMatching(/^cash against/)])
    await runQuery(db, 'insert into paper_fills select * from taken')
    await work(morning + 63)
    expect([found.at(-1), await portfolio.check(db)]).toEqual([null, null])
    await runQuery(db, 'drop table taken')
    await runQuery(db, 'alter table paper_fills enable trigger all')
  })
})

describe('what kwx portfolio shows', () => {
  it('is all there is, adds up, and has the form that its schema promises', async () => {
    const world = await paperWorld(db, { cities: ['miami', 'chicago'], minutes: 30, edge: 0.03 })
    await workPaper(db, world, [world.first, world.last])
    const shown = await showPortfolio(db, { loop: undefined, day: undefined })
    expect(shown.reconciliation).toEqual({ adds_up: true, mismatch: null })
    expect(shown.positions.length * shown.resting.length * shown.fills.length).toBeGreaterThan(0)
    const pnl = shown.days.reduce((sum, day) => sum + day.pnl_dollars, 0)
    expect(pnl).toBeCloseTo(shown.pnl_dollars, 6)
    expect(shown.fills.length).toBe(await count('select count(*)::integer as n from paper_fills'))
    const schema = JSON.parse(await readFile(join(root, 'plugins/rt-loop/schemas/portfolio.json'), 'utf8')) as object
    expect(await validate(schema, JSON.parse(JSON.stringify(shown)))).toEqual([])
    const lines = portfolioLines(shown)
    expect(lines).toContain('Everything adds up: cash, ledger, fills, fees, settlements, positions, resting orders.')
    expect(lines.join('\n')).toContain(shown.positions[0]!.ticker)
  })

  it('needs a portfolio, and its name where there are several', async () => {
    const asked = (loop?: string) => showPortfolio(db, { loop, day: undefined })
    await expect(asked()).rejects.toMatchObject({ code: 'RT_PORTFOLIO_NONE', exit: 5 })
    const world = await paperWorld(db, { minutes: 3 })
    await workPaper(db, world, [world.first, world.first])
    await workPaper(db, { ...world, loop: 'another', signals: new Map() }, [world.first, world.first])
    await expect(asked()).rejects.toMatchObject({ code: 'RT_PORTFOLIO_WHICH', exit: 2 })
    await expect(asked('miami_betwen')).rejects.toMatchObject({ hint: 'Say which: --loop "miami_between".' })
    expect((await asked('another')).loop).toBe('another')
  })

  it('is of the only loop that records its markets: another is refused, with nothing written', async () => {
    const world = await paperWorld(db, { minutes: 3 })
    await workPaper(db, world, [world.first, world.first])
    const signals = await readSignals(db, { fromMinute: world.first, toMinute: world.first })
    await expect(workPaper(db, { ...world, loop: 'another' }, [world.first, world.first])).rejects.toMatchObject({
      code: 'SIGNALS_OF_ANOTHER_LOOP',
      exit: 1,
      details: { loop: 'another', there: signals.length, signals: signals.length },
    })
    expect(await count(`select count(*)::integer as n from rt_minutes where loop = 'another'`)).toBe(0)
    expect(await count('select count(*)::integer as n from paper_portfolios')).toBe(1)
  })

  it('was begun with one bankroll for good', async () => {
    const world = await paperWorld(db, { minutes: 3 })
    await workPaper(db, world, [world.first, world.first], { bankroll: 5_000_000 })
    const pairs = world.pairs as LivePair[]
    const news = { report: () => {}, checked: () => {} }
    await expect(openPaperPortfolio(db, pairs, 1000, news)).rejects.toMatchObject({ code: 'RT_BANKROLL' })
    await openPaperPortfolio(db, pairs, 500, news)
    await openPaperPortfolio(db, pairs, undefined, news)
  })
})
