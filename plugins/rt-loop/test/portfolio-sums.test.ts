import { type Database, runQuery } from 'kwx/database'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as Steps from '../src/paper/paper-step.ts'
import { Portfolio, type PortfolioReport } from '../src/paper/portfolio.ts'
import { openPortfolio } from '../src/storage/paper-portfolio.ts'
import { paperMismatch, paperSums, sumsAfter } from '../src/storage/paper-reconciliation.ts'
import type { PaperStep } from '../src/storage/paper-step.ts'
import { readSignals } from '../src/storage/signals.ts'
import { paperDatabase } from './paper-database.ts'
import { BANKROLL, finalize, paperRows, paperWorld, type WorldOptions, workPaper } from './paper-world.ts'

// What a step came to, and what a mistake in it would have made of it.
const seen = vi.hoisted(() => ({
  step: null as PaperStep | null,
  mistake: null as ((step: PaperStep) => PaperStep) | null,
}))
vi.mock('../src/paper/paper-step.ts', async (original) => {
  const actual = await original<typeof Steps>()
  return {
    ...actual,
    paperStep(inputs: Steps.StepInputs) {
      const stepped = actual.paperStep(inputs)
      seen.step = seen.mistake?.(stepped.step) ?? stepped.step
      return { ...stepped, step: seen.step }
    },
  }
})

const paper = paperDatabase()
let db: Database
beforeAll(() => {
  db = paper.db()
})
beforeEach(() => {
  seen.mistake = null
})

describe('the sums after a step', () => {
  const OPTIONS: WorldOptions = { cities: ['miami', 'chicago'], minutes: 90, markets: 2, seed: 'sums' }
  const read = () => openPortfolio(db, 1, { span: [0, 1], whole: true })

  it('are those of the rows once it is written: fills, sales, replaced orders, settlements', async () => {
    const world = await paperWorld(db, OPTIONS)
    await workPaper(db, world, [world.first, world.first])
    let moves = 0
    const work = async (minute: number) => {
      const opened = await read()
      await workPaper(db, world, [minute, minute])
      const { fills, settlements, orders } = seen.step!
      moves += fills.length + settlements.length + orders.length
      expect(sumsAfter(opened, seen.step!)).toEqual(await paperSums(db, 1))
    }
    for (let minute = world.first + 1; minute <= world.last + 1; minute++) await work(minute)
    await finalize(db, (ticker) => ticker.endsWith('B60.5'))
    await work(world.morning)
    expect(seen.step!.settlements.some(({ paid }) => paid > 0)).toBe(true)
    expect(moves).toBeGreaterThan(40)
    // What markets that are over brought is written with the step that ends them: the next minute adds up without their rows.
    const over = await runQuery<{ total: number; sum: number }>(
      db,
      `select total_cash as total, coalesce(sum(amount), 0)::bigint as sum
       from paper_markets left join paper_ledger using (portfolio_id, market_id)
       where stage = 'over' group by market_id, total_cash`,
    )
    expect(over).toHaveLength(world.tickers.length)
    expect(over.map(({ total }) => total)).toEqual(over.map(({ sum }) => sum))
  })

  it('decide whether a portfolio begins: not with a step that does not add up', async () => {
    const world = await paperWorld(db, OPTIONS)
    seen.mistake = (step) => ({ ...step, cash: step.cash + 1 })
    const reports: PortfolioReport[] = []
    const { loop, pairs } = world
    const portfolio = new Portfolio({ loop, pairs, bankroll: BANKROLL }, (report) => reports.push(report))
    await workPaper(db, world, [world.first, world.first], { portfolio })
    expect([reports.at(-1)!.mismatch, await portfolio.check(db)]).toEqual(
      Array(2).fill(expect.stringMatching(/^cash against/)),
    )
    expect((await paperRows(db))['paper_portfolios']).toEqual([])
    const signals = await readSignals(db, { fromMinute: world.first, toMinute: world.first })
    expect(new Set(signals.map(({ standDown }) => standDown))).toEqual(new Set(['unreconciled']))
    seen.mistake = null
    await workPaper(db, world, [world.first + 1, world.first + 1], { portfolio })
    expect(await portfolio.check(db)).toBeNull()
    expect((await paperRows(db))['paper_portfolios']).toMatchObject([
      { row: { first_minute: world.first + 1, cash: BANKROLL } },
    ])
  })

  /** The first that is there, changed. */
  const first = <Row>(rows: readonly Row[], change: (row: Row) => Partial<Row>): readonly Row[] =>
    rows.map((row, k) => (k === 0 ? { ...row, ...change(row) } : row))
  /** Of a position that is sold some of the cost stays locked, in everything that says so. */
  const leaveCost = (step: PaperStep): PaperStep => {
    const gone = step.positions.find(({ count_centi }) => count_centi === 0)
    const sale = step.fills.findLast(({ market_id, action }) => market_id === gone?.market_id && action === 'sell')
    if (!gone || !sale) return step
    return {
      ...step,
      locked: step.locked + 5,
      positions: step.positions.map((row) => (row === gone ? { ...row, side: sale.side, cost: 5 } : row)),
      fills: step.fills.map((row) => (row === sale ? { ...row, cost: row.cost + 5 } : row)),
    }
  }
  const mistakes: readonly [string, (step: PaperStep) => PaperStep, RegExp][] = [
    ['cash', (step) => ({ ...step, cash: step.cash + 1 }), /^cash against bankroll/],
    ['a fill that is left out', (step) => ({ ...step, fills: step.fills.slice(1) }), /^cash against bankroll/],
    [
      'a fee that was not paid',
      (step) => ({ ...step, fills: first(step.fills, ({ fee }) => ({ fee: fee + 1 })) }),
      /^cash against bankroll/,
    ],
    ['an entry that is left out', (step) => ({ ...step, entries: step.entries.slice(1) }), /^cash against the sum/],
    [
      'a balance',
      (step) => ({ ...step, entries: first(step.entries, ({ balance }) => ({ balance: balance + 1 })) }),
      /^cash against the last balance|^balances of the ledger/,
    ],
    [
      'an entry of another kind',
      (step) => ({ ...step, entries: first(step.entries, () => ({ kind: 'settlement' })) }),
      /^trades in the ledger/,
    ],
    [
      'a position',
      (step) => ({
        ...step,
        positions: first(step.positions, ({ count_centi }) => ({ count_centi: count_centi + 1 })),
      }),
      /^positions against/,
    ],
    [
      'a position that is let go of',
      (step) => ({ ...step, positions: first(step.positions, () => ({ count_centi: 0 })) }),
      /^positions against|^locked against/,
    ],
    ['a cost that is left of a position', leaveCost, /^positions against/],
    [
      'the side of a position',
      (step) => ({
        ...step,
        positions: first(step.positions, ({ side }) => ({ side: side === 'yes' ? 'no' : 'yes' })),
      }),
      /^positions against/,
    ],
    [
      'an order of a fill that is left out',
      (step) => ({ ...step, orders: step.orders.filter(({ order_no }) => order_no !== step.fills[0]!.order_no) }),
      /^orders against/,
    ],
    [
      'the count of an order',
      (step) => ({ ...step, orders: first(step.orders, ({ filled_centi }) => ({ filled_centi: filled_centi + 1 })) }),
      /^orders against/,
    ],
    ['what is locked', (step) => ({ ...step, locked: step.locked + 1 }), /^locked against/],
    ['what is reserved', (step) => ({ ...step, reserved: step.reserved + 1 }), /^reserved against/],
  ]
  it.each(mistakes)('show a mistake in %s, and nothing of the step is written', async (_, mistake, said) => {
    const world = await paperWorld(db, OPTIONS)
    const reports: PortfolioReport[] = []
    const { loop, pairs } = world
    const portfolio = new Portfolio({ loop, pairs, bankroll: BANKROLL }, (report) => reports.push(report))
    const work = (minute: number) => workPaper(db, world, [minute, minute], { portfolio })
    await work(world.first)
    seen.mistake = (step) => (step.fills.length === 0 ? step : mistake(step))
    let minute = world.first
    let before: Awaited<ReturnType<typeof paperRows>>
    let found: string | null
    do {
      before = await paperRows(db)
      const opened = await read()
      seen.step = null
      await work(++minute)
      found = reports.at(-1)!.mismatch
      // Before it is written, not in the minute after.
      expect(seen.step).not.toBeNull()
      expect(paperMismatch(sumsAfter(opened, seen.step!))).toBe(found)
    } while (found === null && minute < world.last)
    expect(found).toMatch(said)
    const noted = (rows: typeof before) => ({
      ...rows,
      paper_portfolios: [{ row: { ...(rows['paper_portfolios']![0] as { row: object }).row, mismatch: null } }],
    })
    expect(noted(await paperRows(db))).toEqual(noted(before))
    const signals = await readSignals(db, { fromMinute: minute, toMinute: minute })
    expect(new Set(signals.map(({ standDown }) => standDown))).toEqual(new Set(['unreconciled']))
    expect(await portfolio.check(db)).toMatch(said) // until a minute does it right
    seen.mistake = null
    await work(minute + 1)
    expect([reports.at(-1)!.mismatch, await portfolio.check(db)]).toEqual([null, null])
    expect(await paper.whole()).toBeNull()
  })
})
