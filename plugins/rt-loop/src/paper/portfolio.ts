import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { ASSUMPTIONS, type RefusedRows } from 'kwx/trading'
import type { LoopOptions, MinuteWork } from '../loop/loop-types.ts'
import { loopName } from '../loop/minute-worker.ts'
import { LATE_AFTER } from '../loop/work-minutes.ts'
import type { LivePair } from '../signals/load-pair.ts'
import type { Pair } from '../signals/pair.ts'
import type { StandDown } from '../signals/stand-down.ts'
import { yesByEvent } from '../storage/event-results.ts'
import type { OpenedPortfolio, PaperMarket, PaperPortfolio } from '../storage/opened-portfolio.ts'
import { findPortfolio, openPortfolio, readNewMarkets } from '../storage/paper-portfolio.ts'
import { paperMismatch, sumsAfter } from '../storage/paper-reconciliation.ts'
import type { PaperStep } from '../storage/paper-step.ts'
import type { PaperSums } from '../storage/paper-sums.ts'
import type { PaperChange } from '../storage/save-minute.ts'
import type { Signal } from '../storage/signals.ts'
import { type NewRows, readNewRows } from './market-rows.ts'
import { dayOfMinute, type MinuteMode, paperStep, type SteppedMinute } from './paper-step.ts'
import { pairOf } from './paper-traders.ts'

/** How a portfolio stands after a minute; money is 1e-4 dollars. */
export interface PortfolioReport extends Pick<PaperPortfolio, 'cash' | 'locked' | 'reserved' | 'mismatch'> {
  readonly minute: number
  readonly realisedToday: number
  readonly lossLimitReached: boolean
  /** What the minute brought. */
  readonly orders: number
  readonly fills: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly refused: RefusedRows | null
  readonly unsettled: Readonly<Record<string, number>>
}

/** Who is told of a portfolio. */
interface PortfolioNews {
  report(report: PortfolioReport): void
  /** What was found between two minutes; null where all adds up. */
  checked(mismatch: string | null): void
}

/**
 * What the loop calls so that a paper portfolio trades on its signals.
 *
 * @param bankroll  dollars of a portfolio that begins; absent: the backtest's
 * @throws KwxError RT_BANKROLL (exit 2) when the portfolio was begun with another bankroll
 */
export async function openPaperPortfolio(
  db: Database,
  pairs: readonly LivePair[],
  bankroll: number | undefined,
  news: PortfolioNews,
): Promise<Required<Pick<LoopOptions, 'onMinute' | 'onWorked' | 'onMarkets'>>> {
  const loop = loopName(pairs)
  const units = bankroll === undefined ? ASSUMPTIONS.bankroll : 10_000 * bankroll
  const known = await findPortfolio(db, loop)
  if (known && bankroll !== undefined && known.bankroll !== units) throw otherBankroll(loop, known.bankroll, bankroll)
  const portfolio = new Portfolio({ loop, pairs, bankroll: units }, (report) => news.report(report))
  return {
    onMinute: (work) => portfolio.onMinute(work),
    onMarkets: () => portfolio.forget(),
    onWorked: async () => news.checked(await portfolio.check(db)),
  }
}

/** Minutes after which everything is added up again, rows of markets that are over included. */
const WHOLE_EVERY = 60

/** Times that a minute is decided anew because another process took one meanwhile. */
const MOST_TIMES = 3

/** The paper portfolio of a loop: takes each minute with the statement that writes its signals. */
export class Portfolio {
  readonly #loop: string
  readonly #pairs: readonly Pair[]
  readonly #bankroll: number
  readonly #onReport: (report: PortfolioReport) => void
  /** The minute after which everything was last added up and found right; before all minutes while that is open. */
  #wholeAt = Number.NEGATIVE_INFINITY
  /** What was read when nobody waited for it, with the day that its losses are of; null where it may have changed. */
  #ahead: { readonly opened: OpenedPortfolio; readonly dayMs: number } | null = null
  /** Grows when that is forgotten: what is read meanwhile is not kept. */
  #generation = 0
  /** What did not add up of the last minute's step, which was not written. */
  #refused: string | null = null

  /**
   * @param bankroll  1e-4 dollars, of a portfolio that begins
   * @throws KwxError RT_SAME_MARKETS (exit 2) when two configurations are of one city and bracket
   */
  constructor(
    { loop, pairs, bankroll }: { readonly loop: string; readonly pairs: readonly Pair[]; readonly bankroll: number },
    onReport: (report: PortfolioReport) => void = () => {},
  ) {
    assertOwnMarkets(pairs)
    this.#loop = loop
    this.#pairs = pairs
    this.#bankroll = bankroll
    this.#onReport = onReport
  }

  /**
   * Takes the portfolio through a minute, and has its signals written with it: they are stood down where the portfolio does
   * not add up, or has lost what may be lost on a day.
   *
   * The step is decided on the portfolio as it was read, and written while that is what it is: a process that dies leaves
   * nothing behind, one that starts again goes on from the tables, and of two that trade at once the second decides again,
   * on what the first left.
   *
   * @throws KwxError RT_ANOTHER_LOOP (exit 1) when another process took the minute, or takes others all the time
   * @throws KwxError RT_PORTFOLIO_MARKETS (exit 2) when it holds markets that no configuration of the loop trades
   */
  async onMinute(work: MinuteWork): Promise<void> {
    this.#generation++ // what is being read is of the minute before
    for (let time = 1; time <= MOST_TIMES; time++) {
      const { signals, paper, report } = await this.#take(work)
      if (!(await work.save(signals, paper))) continue
      this.#onReport(report)
      return
    }
    throw anotherLoop(this.#loop, work.minute.endMinute)
  }

  async #take(work: MinuteWork): Promise<TakenMinute> {
    const { db } = work
    const minute = work.minute.endMinute
    const opened = await this.#open(db, minute)
    const { portfolio } = opened
    const found = paperMismatch(opened.sums)
    if (found !== null) return stoodDownAt(minute, portfolio, found, await work.signals)
    // What is recorded of books is read while signals are computed; prints are there with the signals, as a rule.
    const [recorded, implied] = this.#byBook(opened.markets)
    const quoted = this.#newRows(work, recorded, () => null)
    quoted.catch(() => {}) // it is waited for below
    const signals = await work.signals
    const printsSince = (marketId: number, ordinal: number) => work.printsSince(marketId, ordinal)
    const others = await newMarkets(db, opened, signals)
    const markets = [...opened.markets, ...others].sort((a, b) => (a.ticker < b.ticker ? -1 : 1))
    const rows = new Map([...(await quoted), ...(await this.#newRows(work, [...implied, ...others], printsSince))])
    const stepped = await this.#step({ ...opened, markets }, work, { rows, signals })
    this.#refused = paperMismatch(sumsAfter(opened, stepped.step))
    if (this.#refused !== null) return stoodDownAt(minute, portfolio, this.#refused, signals)
    const paper = changeOf(portfolio, stepped.step)
    const report = reportOf(minute, stepped, portfolio)
    if (!stepped.lossLimitReached) return { signals, paper, report }
    const lost = (-stepped.realisedToday / 10_000).toFixed(2)
    return { signals: stoodDown(signals, 'daily_loss', `${lost} dollars were lost today (UTC)`), paper, report }
  }

  /**
   * Adds up again between two minutes, when nobody waits for a signal: what is open each time, everything once an hour.
   * After a mismatch every minute adds everything up, until it is right. What was read is what the next minute begins with.
   *
   * @returns null where all is well; else what does not add up, in the tables or in the last minute's step, which may be the
   *   one that would begin the portfolio
   */
  async check(db: Database): Promise<string | null> {
    const portfolio = await findPortfolio(db, this.#loop)
    if (!portfolio) return this.#refused
    const { portfolio_id, through_minute } = portfolio
    const isWholeDue = through_minute - this.#wholeAt >= WHOLE_EVERY
    const generation = this.#generation
    const span = dayOfMinute(through_minute + 1)
    const opened = await openPortfolio(db, portfolio_id, { span, whole: isWholeDue })
    const mismatch = paperMismatch(opened.sums)
    if (mismatch !== null) this.#wholeAt = Number.NEGATIVE_INFINITY
    else if (isWholeDue) this.#wholeAt = through_minute
    this.#ahead = mismatch === null && generation === this.#generation ? { opened, dayMs: span[0] } : null
    return mismatch ?? this.#refused
  }

  /** What is known of markets may have changed: the next minute reads everything itself. */
  forget(): void {
    this.#generation++
    this.#ahead = null
  }

  async #open(db: Database, minute: number): Promise<OpenedPortfolio> {
    const ahead = this.#ahead
    this.#ahead = null
    const span = dayOfMinute(minute)
    const isOf = ahead !== null && ahead.dayMs === span[0]
    const opened = isOf ? ahead.opened : await this.#read(db, minute, span)
    if (opened.portfolio.through_minute >= minute) throw anotherLoop(this.#loop, minute)
    return opened
  }

  async #read(db: Database, minute: number, span: readonly [number, number]): Promise<OpenedPortfolio> {
    const portfolio = await findPortfolio(db, this.#loop)
    if (!portfolio) return newPortfolio(this.#loop, this.#bankroll, minute)
    const whole = this.#wholeAt === Number.NEGATIVE_INFINITY
    const opened = await openPortfolio(db, portfolio.portfolio_id, { span, whole })
    if (whole && paperMismatch(opened.sums) === null) this.#wholeAt = minute
    return opened
  }

  #newRows(
    { db, minute }: MinuteWork,
    markets: readonly PaperMarket[],
    printsSince: MinuteWork['printsSince'],
  ): Promise<ReadonlyMap<number, NewRows>> {
    const isRecorded = (market: PaperMarket) => this.#isRecorded(market)
    return readNewRows({ db, isRecorded, printsSince }, markets, minute.endMinute)
  }

  #isRecorded(market: PaperMarket): boolean {
    return tradingPair(this.#pairs, market).loaded.config.price_source === 'candles'
  }

  /** Markets whose book is recorded, and those whose book prints imply. */
  #byBook(markets: readonly PaperMarket[]): [PaperMarket[], PaperMarket[]] {
    const { true: recorded = [], false: implied = [] } = Object.groupBy(markets, (market) =>
      String(this.#isRecorded(market)),
    )
    return [recorded, implied]
  }

  async #step(
    { portfolio, markets, positions, resting, realised: realisedBefore }: OpenedPortfolio,
    { db, minute: { endMinute: minute, endedMs }, circumstances }: MinuteWork,
    { rows, signals }: { readonly rows: ReadonlyMap<number, NewRows>; readonly signals: readonly Signal[] },
  ): Promise<SteppedMinute> {
    const mode: MinuteMode =
      endedMs / 60_000 - minute > LATE_AFTER ? 'late' : circumstances.standDown === null ? 'trade' : 'withdraw'
    const yesOfEvent = await countYes(db, markets)
    return paperStep({
      ...{ portfolio, markets, positions, resting, minute, mode, rows, signals, realisedBefore, yesOfEvent },
      pairs: this.#pairs,
    })
  }
}

/** What a minute comes to, to be written together, and what is said of it then. */
interface TakenMinute {
  readonly signals: readonly Signal[]
  readonly paper: PaperChange | undefined
  readonly report: PortfolioReport
}

const changeOf = (
  { portfolio_id, bankroll, through_minute: readAt }: PaperPortfolio,
  change: PaperStep,
): PaperChange => (portfolio_id === null ? { begin: bankroll, change } : { portfolio_id, readAt, change })

/** A minute of a portfolio that does not add up; one that begins so does not begin. */
function stoodDownAt(
  minute: number,
  { portfolio_id, through_minute: readAt, cash, locked, reserved }: PaperPortfolio,
  mismatch: string,
  signals: readonly Signal[],
): TakenMinute {
  const nothing = { realisedToday: 0, lossLimitReached: false, orders: 0, fills: 0, outcomes: {}, refused: null }
  return {
    signals: stoodDown(signals, 'unreconciled', mismatch),
    paper: portfolio_id === null ? undefined : { portfolio_id, readAt, change: { mismatch } },
    report: { minute, cash, locked, reserved, mismatch, ...nothing, unsettled: {} },
  }
}

function reportOf(minute: number, stepped: SteppedMinute, { next_order }: PaperPortfolio): PortfolioReport {
  const { step, realisedToday, lossLimitReached, outcomes, refused, unsettled } = stepped
  const { cash, locked, reserved } = step
  return {
    ...{ minute, cash, locked, reserved, realisedToday, lossLimitReached, outcomes, refused, unsettled },
    mismatch: null,
    orders: step.orders.filter(({ order_no }) => order_no >= next_order).length,
    fills: step.fills.length,
  }
}

/** Markets of the signals that the portfolio has not met. */
async function newMarkets(
  db: Database,
  { portfolio, markets }: OpenedPortfolio,
  signals: readonly Signal[],
): Promise<readonly PaperMarket[]> {
  const met = new Set(markets.map(({ ticker }) => ticker))
  const tickers = signals.map(({ ticker }) => ticker).filter((ticker) => !met.has(ticker))
  return tickers.length === 0 ? [] : readNewMarkets(db, portfolio.portfolio_id, tickers)
}

/** How many markets say YES in the events of some markets that have a result. */
async function countYes(db: Database, markets: readonly PaperMarket[]): Promise<ReadonlyMap<number, number>> {
  const events = [...new Set(markets.filter(({ result }) => result !== null).map(({ event_id }) => event_id))]
  if (events.length === 0) return new Map()
  const rows = await yesByEvent.rows(db, [events])
  return new Map(rows.map(({ event_id, n }) => [event_id, n]))
}

/** Reasons that were there stay: the first one that applies is told. */
const stoodDown = (signals: readonly Signal[], standDown: StandDown, reason: string): readonly Signal[] =>
  signals.map((signal) =>
    signal.standDown === null ? { ...signal, standDown, trace: { ...signal.trace, reason } } : signal,
  )

function assertOwnMarkets(pairs: readonly Pair[]): void {
  const key = ({ city, loaded }: Pair) => `${city.id} ${loaded.config.bracket}`
  const twice = pairs.find((pair, k) => pairs.findIndex((other) => key(other) === key(pair)) < k)
  if (!twice) return
  throw new KwxError(`Two configurations trade ${key(twice)}; a portfolio has one position in each market.`, {
    code: 'RT_SAME_MARKETS',
    exit: EXIT.usage,
    hint: 'Start a loop for each of the two, the second with a database of its own: KWX_DATABASE_URL=postgres://...',
    details: { configurations: pairs.filter((pair) => key(pair) === key(twice)).map(({ loaded }) => loaded.name) },
  })
}

function tradingPair(pairs: readonly Pair[], market: PaperMarket): Pair {
  const pair = pairOf(pairs, market)
  if (pair) return pair
  throw new KwxError(`The portfolio of this loop trades ${market.ticker}, which no configuration of the loop does.`, {
    code: 'RT_PORTFOLIO_MARKETS',
    exit: EXIT.usage,
    hint: 'Start the loop with the configurations it had, or give those with other markets other file names.',
    details: { ticker: market.ticker, city: market.city },
  })
}

const anotherLoop = (loop: string, minute: number): KwxError =>
  new KwxError(`Another process works on the portfolio of "${loop}": it has taken minute ${minute} already.`, {
    code: 'RT_ANOTHER_LOOP',
    exit: EXIT.error,
    hint: 'Stop one of the two, or give them different configurations.',
    details: { loop, minute },
  })

const otherBankroll = (loop: string, units: number, asked: number) =>
  new KwxError(`The portfolio of "${loop}" was begun with ${units / 10_000} dollars, not with ${asked}.`, {
    code: 'RT_BANKROLL',
    exit: EXIT.usage,
    hint: 'Leave --bankroll out, or begin another portfolio with configurations of other names.',
    details: { loop, begun_dollars: units / 10_000, asked_dollars: asked },
  })

/**
 * A portfolio before its first minute: nothing of it is written before that is.
 *
 * @param bankroll  1e-4 dollars
 */
function newPortfolio(loop: string, bankroll: number, minute: number): OpenedPortfolio {
  const nothing = { locked: 0, reserved: 0 }
  const sums: PaperSums = {
    ...{ cash: bankroll, cash_of_events: bankroll, cash_of_ledger: bankroll, last_balance: bankroll, ...nothing },
    ...{ balances_wrong: 0, positions_wrong: 0, orders_wrong: 0, positions_cost: 0, resting_cost: 0 },
    ...{ ledger_trades: 0, ledger_fees: 0, ledger_settlements: 0, fills_cash: 0, fills_fees: 0, settlements_paid: 0 },
  }
  const portfolio = {
    ...{ portfolio_id: null, loop, bankroll, first_minute: minute, through_minute: minute - 1, mismatch: null },
    ...{ cash: bankroll, ...nothing, next_order: 1, next_fill: 1, next_entry: 2 },
  }
  return { portfolio, sums, markets: [], positions: [], resting: [], realised: 0 }
}
