import { loadCity } from 'kwx/cities'
import { type Database, loadCandles, loadQuotes, loadTrades, runQuery, saveMarkets } from 'kwx/database'
import { randomFrom } from 'kwx/random'
import { climateDayEnd, minuteToMs } from 'kwx/time'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import type { MinuteWork } from '../src/loop/loop-types.ts'
import { Portfolio, type PortfolioReport } from '../src/paper/portfolio.ts'
import type { Pair } from '../src/signals/pair.ts'
import type { Circumstances } from '../src/signals/signals-at.ts'
import { saveMinute, type WorkedMinute } from '../src/storage/save-minute.ts'
import type { Signal } from '../src/storage/signals.ts'

/** 2025-02-20, and the last four hours before its ladders close. */
export const DAY = 20_139
export const RISK = {
  kelly_alpha: 0.25,
  max_spread_cents: 3,
  tau_open_cents: 1,
  tau_close_cents: 0.5,
  slip_per_leg_cents: 1,
  max_bankroll_pct_city_day_side: 0.1,
  max_bankroll_pct_total: 1,
  max_daily_loss_pct: 1,
}

export type Source = 'trades' | 'candles'
export const GO: Circumstances = { standDown: null, reason: null }
export const BANKROLL = 100_000_000

/** One invented market of a ladder: a random walk of prints, quotes and candles, and what the loop says of it. */
export interface PaperWorld {
  readonly pairs: readonly Pair[]
  readonly loop: string
  readonly first: number
  /** The last minute before the close. */
  readonly last: number
  /** The first minute at which results are paid. */
  readonly morning: number
  readonly signals: ReadonlyMap<number, readonly Signal[]>
  readonly tickers: readonly string[]
}

export interface WorldOptions {
  readonly cities?: readonly ('miami' | 'chicago')[]
  readonly source?: Source
  readonly minutes?: number
  readonly markets?: number
  readonly risk?: Partial<typeof RISK>
  readonly seed?: string
  /** What is put on top of every probability. */
  readonly edge?: number
}

/** Fills a database with invented markets; the same options give the same rows and signals. */
export async function paperWorld(db: Database, options: WorldOptions = {}): Promise<PaperWorld> {
  const world = await inventedWorld(options)
  const { integer } = randomFrom(options.seed ?? 'paper')
  const ids = await saveMarkets(db, world.events)
  await invent(db, world, ids, options.source ?? 'trades', integer)
  return world
}

/** The same without a database: what a process that finds the rows there goes on with. */
export async function inventedWorld({
  cities = ['miami'],
  source = 'trades',
  minutes = 240,
  markets = 3,
  risk = {},
  seed = 'paper',
  edge = 0,
}: WorldOptions = {}) {
  const contributions = repositoryContributions()
  const { uniform } = randomFrom(`${seed} signals`)
  const loaded = await Promise.all(cities.map((id) => loadCity(contributions, id)))
  const pairs = loaded.map((city) => ({
    loaded: {
      name: `${city.id}_between`,
      config: { city: city.id, bracket: 'between', price_source: source, risk: { ...RISK, ...risk } },
    },
    city,
    candidate: false,
  })) as unknown as Pair[]
  const closes = Math.min(...loaded.map(({ standardOffset }) => climateDayEnd(DAY, standardOffset)))
  const last = closes - 1
  const first = last - minutes + 1
  const events = loaded.map((city) => {
    const series = city.series[0]!.ticker
    return {
      ticker: `${series}-25FEB20`,
      seriesTicker: series,
      city: city.id,
      day: DAY,
      origin: 'simulated' as const,
      markets: Array.from({ length: markets }, (_, k) => ({
        ticker: `${series}-25FEB20-B${60 + 2 * k}.5`,
        strike_type: 'between' as const,
        floor_strike: 60 + 2 * k,
        cap_strike: 61 + 2 * k,
        open_ms: minuteToMs(first - 600),
        close_ms: minuteToMs(closes),
        status: 'active',
        result: null as 'yes' | 'no' | null,
        expiration_value: null as number | null,
        volume_centi: null,
      })),
    }
  })
  const tickers = events.flatMap((event) => event.markets.map(({ ticker }) => ticker)).sort()
  const cents = tickers.map(() => 50)
  const walk = randomFrom(`${seed} walk`)
  const prices = new Map<number, readonly number[]>()
  const signals = new Map<number, readonly Signal[]>()
  for (let minute = first; minute <= last; minute++) {
    cents.forEach((was, m) => {
      cents[m] = Math.min(90, Math.max(10, was + walk.integer(3) - 1))
    })
    prices.set(minute, [...cents])
    signals.set(
      minute,
      tickers.map((ticker, m) => {
        const p = Math.min(0.99, Math.max(0.01, cents[m]! / 100 + edge + 0.1 * (uniform() - 0.5)))
        const city = events.find((event) => ticker.startsWith(event.ticker))!.city
        return signalOf(ticker, city, minute, p, cents[m]! / 100)
      }),
    )
  }
  const morning = Math.max(...loaded.map(({ standardOffset }) => climateDayEnd(DAY, standardOffset))) + 9 * 60
  return {
    pairs,
    loop: pairs.map(({ loaded }) => loaded.name).join('+'),
    first,
    last,
    morning,
    signals,
    tickers,
    events,
    prices,
  }
}

export const signalOf = (ticker: string, city: string, minute: number, p: number, price: number): Signal => ({
  endMinute: minute,
  ticker,
  city,
  bracket: 'between',
  pModel: p,
  pMarket: price,
  pBlend: p,
  edgeCents: 1,
  kellyFraction: 0.1,
  sizeFraction: 0.1,
  spreadCents: 1,
  minutesToClose: 10,
  modelId: 'a test',
  window: 'a test',
  side: 'yes',
  standDown: null,
  candidate: true,
  trace: {},
})

async function invent(
  db: Database,
  { tickers, prices }: Awaited<ReturnType<typeof inventedWorld>>,
  ids: ReadonlyMap<string, number>,
  source: Source,
  integer: (below: number) => number,
): Promise<void> {
  const prints = tickers.flatMap((ticker, m) => {
    let ordinal = 0
    return [...prices].flatMap(([minute, cents]) =>
      [-40_000 + integer(5000), -20_000 + integer(19_000)].map((offset, k) => ({
        marketId: ids.get(ticker)!,
        ordinal: ordinal++,
        tsMs: minuteToMs(minute) + offset,
        price: 100 * (cents[m]! - (k === 0 ? 0 : 1 + integer(2))),
        countCenti: 100 + integer(5000),
        takerYes: 1 - k,
      })),
    )
  })
  const column = (name: keyof (typeof prints)[number]) => prints.map((print) => print[name])
  await loadTrades(db, {
    marketId: Int32Array.from(column('marketId')),
    ordinal: Int32Array.from(column('ordinal')),
    tsMs: Float64Array.from(column('tsMs')),
    price: Int16Array.from(column('price')),
    countCenti: Int32Array.from(column('countCenti')),
    takerYes: Uint8Array.from(column('takerYes')),
  })
  if (source === 'trades') return
  const rows = tickers.flatMap((ticker, m) =>
    [...prices].map(([minute, cents]) => ({ marketId: ids.get(ticker)!, minute, price: 100 * cents[m]! })),
  )
  const minutes = Int32Array.from(rows, ({ minute }) => minute)
  const marketId = Int32Array.from(rows, (row) => row.marketId)
  const all = (of: (price: number) => number) => {
    const values = Int16Array.from(rows, ({ price }) => of(price))
    return { open: values, high: values, low: values, close: values }
  }
  await loadCandles(db, {
    marketId,
    endMinute: minutes,
    price: all((price) => price),
    bid: all((price) => price - 200),
    ask: all((price) => price),
    volumeCenti: new Int32Array(rows.length).fill(1000),
    openInterestCenti: new Int32Array(rows.length),
  })
  await loadQuotes(db, {
    marketId,
    tsMs: Float64Array.from(rows, ({ minute }) => minuteToMs(minute) - 30_000),
    bid: Int16Array.from(rows, ({ price }) => price - 200),
    ask: Int16Array.from(rows, ({ price }) => price),
    bidSizeCenti: Int32Array.from(rows, () => 100 * (1 + integer(80))),
    askSizeCenti: Int32Array.from(rows, () => 100 * (1 + integer(80))),
  })
}

/** A minute of a loop, with what is computed of it; its prints are read when they are asked for. */
export function minuteWork(
  db: Database,
  minute: WorkedMinute,
  signals: readonly Signal[],
  circumstances: Circumstances = GO,
): MinuteWork {
  return {
    ...{ db, minute, circumstances, signals: Promise.resolve(signals) },
    printsSince: () => null,
    async save(them, paper) {
      const outcome = await saveMinute(db, minute, them, paper)
      if (outcome === 'done') throw new Error(`Minute ${minute.endMinute} is done.`)
      return outcome === 'written'
    },
  }
}

/** Works through the minutes [from, to] as the loop does; answers what was reported. */
export async function workPaper(
  db: Database,
  world: PaperWorld,
  [from, to]: readonly [number, number],
  over: {
    readonly circumstances?: (minute: number) => Circumstances
    readonly endedAfterMs?: number
    readonly bankroll?: number
    /** One that has run before, instead of one that begins; its reports go where it was told. */
    readonly portfolio?: Portfolio
    /** After which minutes everything is added up, as a tick does. */
    readonly checked?: (minute: number) => boolean
    readonly printsSince?: MinuteWork['printsSince']
  } = {},
): Promise<PortfolioReport[]> {
  const reports: PortfolioReport[] = []
  const { loop, pairs } = world
  const begun = { loop, pairs, bankroll: over.bankroll ?? BANKROLL }
  const portfolio = over.portfolio ?? new Portfolio(begun, (report) => reports.push(report))
  for (let minute = from; minute <= to; minute++) {
    const worked = { loop, endMinute: minute, endedMs: minuteToMs(minute) + (over.endedAfterMs ?? 3000) }
    const signals = world.signals.get(minute) ?? []
    const circumstances = over.circumstances?.(minute) ?? GO
    const work = minuteWork(db, worked, signals, circumstances)
    await portfolio.onMinute({ ...work, printsSince: over.printsSince ?? work.printsSince })
    if (over.checked?.(minute)) await portfolio.check(db)
  }
  return reports
}

/** Says what the exchange paid: `yes` for one market of each event. */
export async function finalize(db: Database, yes: (ticker: string) => boolean): Promise<void> {
  const rows = await runQuery<{ ticker: string; cap_strike: number }>(db, 'select ticker, cap_strike from markets')
  for (const { ticker } of rows) {
    await runQuery(db, `update markets set status = 'finalized', result = $2 where ticker = $1`, [
      ticker,
      yes(ticker) ? 'yes' : 'no',
    ])
  }
}

/** Every row of what happened, in order: what must be the same whatever the process went through. */
export async function paperRows(db: Database): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {}
  for (const [table, order] of [
    ['paper_portfolios', 'portfolio_id'],
    ['paper_markets', 'market_id'],
    ['paper_orders', 'order_no'],
    ['paper_fills', 'fill_no'],
    ['paper_positions', 'market_id'],
    ['paper_settlements', 'market_id'],
    ['paper_ledger', 'entry_no'],
  ]) {
    rows[table!] = await runQuery(db, `select to_jsonb(t) - 'portfolio_id' as row from ${table} as t order by ${order}`)
  }
  return rows
}
