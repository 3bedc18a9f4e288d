import { climateDayEnd, MS_PER_DAY, minuteToMs } from 'kwx/time'
import { marketEvents, PAYS_NO, PAYS_YES, type RefusedRows } from 'kwx/trading'
import type { Pair } from '../signals/pair.ts'
import type { PaperMarket } from '../storage/opened-portfolio.ts'
import type {
  PaperEntry,
  PaperFill,
  PaperMarketState,
  PaperOrder,
  PaperPosition,
  PaperSettlement,
  PaperStep,
} from '../storage/paper-step.ts'
import type { Signal } from '../storage/signals.ts'
import { inOrder, type MarketEvent } from './events.ts'
import type { NewRows } from './market-rows.ts'
import {
  actedFromMs,
  NEWEST,
  type PaperHoldings,
  type PaperTraders,
  restoreTraders,
  signalIndex,
  WAITING,
} from './paper-traders.ts'
import { type SettlementOutcome, settlementOf, settlementTime } from './settlement-of.ts'

/** How a portfolio takes a minute. */
export type MinuteMode =
  /** What rests meets the minute's events, signals are acted on. */
  | 'trade'
  /** The loop was not there: what rests meets the events until it expires; nothing is decided or withdrawn. */
  | 'late'
  /** What rests meets the events and is then withdrawn; positions are held. */
  | 'withdraw'

export interface StepInputs extends PaperHoldings {
  readonly pairs: readonly Pair[]
  readonly minute: number
  readonly mode: MinuteMode
  readonly rows: ReadonlyMap<number, NewRows>
  /** Of this minute: acted on in the next. */
  readonly signals: readonly Signal[]
  /** How many markets of an event say YES, by event id. */
  readonly yesOfEvent: ReadonlyMap<number, number>
  /** What was made or lost on this day (UTC) before this minute, 1e-4 dollars. */
  readonly realisedBefore: number
}

/** What a minute did to a portfolio. */
export interface SteppedMinute {
  readonly step: PaperStep
  /** Made or lost on the day (UTC) of the minute, this minute included. */
  readonly realisedToday: number
  /** Whether that is more than may be lost on one day. */
  readonly lossLimitReached: boolean
  /** How signals ended. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly refused: RefusedRows
  /** Positions that wait for a result, by why. */
  readonly unsettled: Readonly<Record<string, number>>
}

/** The day (UTC) that a minute's events count to: the one in which it began. */
export const dayOfMinute = (minute: number): readonly [fromMs: number, toMs: number] => {
  const from = Math.floor((minuteToMs(minute) - 1) / MS_PER_DAY) * MS_PER_DAY
  return [from, from + MS_PER_DAY]
}

/**
 * Takes a portfolio through one minute: settlements, closes, prints and quotes in the order of time, with the signals of
 * the minute before in their place. The backtest's trader decides and fills; this only tells it and writes down what it did.
 *
 * Pure: the same rows and signals give the same step, after a restart as well.
 */
export function paperStep(inputs: StepInputs): SteppedMinute {
  const { portfolio, markets, minute, mode, pairs } = inputs
  const span = [minuteToMs(portfolio.through_minute), minuteToMs(minute)] as const
  const paper = restoreTraders(inputs, pairs, span)
  const refused: RefusedRows = { price_off_tick: 0, price_outside: 0, count_not_positive: 0 }
  const settlements = new Map<number, SettlementOutcome>()
  const events = markets.flatMap((market, m) => eventsOf(inputs, paper, market, m, span, refused, settlements))
  if (mode === 'late') for (const [m, { trader }] of paper.traderOf.entries()) trader.desk.giveUp(m)
  const book = new Bookkeeper(inputs, paper)
  for (const event of inOrder(events)) {
    event.tell()
    book.note(event)
  }
  const realisedToday = inputs.realisedBefore + book.realisedSince(dayOfMinute(minute)[0])
  const limit = Math.min(...pairs.map(({ loaded }) => loaded.config.risk.max_daily_loss_pct))
  const lossLimitReached = realisedToday < 0 && -realisedToday >= limit * (paper.account.equity - realisedToday)
  const withdraws = mode === 'withdraw' || lossLimitReached
  paper.traderOf.forEach(({ trader, hasFees }, m) => {
    if (withdraws || !hasFees) trader.desk.withdraw(m)
  })
  const outcomes: Record<string, number> = {}
  for (const { desk } of paper.traders) {
    for (const [name, n] of Object.entries(desk.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + n
  }
  const unsettled: Record<string, number> = {}
  for (const { outcome } of settlements.values()) {
    if (outcome !== 'paid') unsettled[outcome] = (unsettled[outcome] ?? 0) + 1
  }
  const next = new Map(mode === 'trade' && !withdraws ? inputs.signals.map((signal) => [signal.ticker, signal]) : [])
  return {
    step: book.step(next, settlements),
    realisedToday,
    lossLimitReached,
    outcomes,
    refused,
    unsettled,
  }
}

function eventsOf(
  { rows, mode, yesOfEvent, positions }: StepInputs,
  { traderOf }: PaperTraders,
  market: PaperMarket,
  m: number,
  [startMs, endMs]: readonly [number, number],
  refused: RefusedRows,
  settlements: Map<number, SettlementOutcome>,
): MarketEvent[] {
  const { trader, hasFees, standardOffset } = traderOf[m]!
  const events: MarketEvent[] = []
  const { state, market_id } = market
  // What was learned of late is met when it was learned; of a market that is new, all is history.
  const when = (atMs: number) => (state ? Math.max(atMs, startMs) : atMs)
  const add = (kind: MarketEvent['kind'], atMs: number, tell: () => void) =>
    events.push({ kind, atMs: when(atMs), market: m, tell })
  const own = rows.get(market_id) ?? {}
  const hasPrints = (state?.next_ordinal ?? 0) > 0 || own.trades !== undefined
  if (hasFees) {
    marketEvents({ ...own, hasPrints }, refused, {
      print: (at, price, count, taker) => add('print', at, () => trader.print(m, when(at), price, count, taker)),
      quote: (at, ...quote) => add('quote', at, () => trader.quote(m, when(at), ...quote)),
    })
  }
  if (hasFees && state?.next_minute != null && mode !== 'late') {
    const from = Math.max(actedFromMs(state.next_minute), startMs)
    add('signal', from, () => trader.signal(m, from, signalIndex(m, NEWEST)))
  }
  const closeMs = market.close_ms ?? minuteToMs(climateDayEnd(market.day, standardOffset))
  if (state?.stage !== 'closed' && closeMs <= endMs) add('close', closeMs, () => trader.close(m))
  const held = positions.some((position) => position.market_id === market_id)
  if (closeMs <= endMs && (held || state?.stage !== 'closed')) {
    const settleMs = settlementTime(market, standardOffset)
    const outcome: SettlementOutcome =
      settleMs > endMs
        ? { outcome: 'awaited', reason: 'it is not the morning after yet' }
        : settlementOf(market, yesOfEvent.get(market.event_id) ?? 0, endMs - settleMs)
    settlements.set(m, outcome)
    if (outcome.outcome === 'paid') {
      add('settle', settleMs, () => trader.settle(m, outcome.result === 'yes' ? PAYS_YES : PAYS_NO))
    }
  }
  return events
}

/** Writes down what the traders do, as rows. */
class Bookkeeper {
  readonly #inputs: StepInputs
  readonly #paper: PaperTraders
  readonly #fills: PaperFill[] = []
  readonly #settlements: PaperSettlement[] = []
  readonly #entries: PaperEntry[] = []
  readonly #realised: { atMs: number; amount: number }[] = []
  readonly #before: { side: number; count: number; cost: number }[]
  #balance: number

  constructor(inputs: StepInputs, paper: PaperTraders) {
    this.#inputs = inputs
    this.#paper = paper
    this.#balance = inputs.portfolio.cash
    this.#before = inputs.markets.map((_, m) => this.#held(m))
  }

  /** Looks at what an event led to. */
  note({ kind, atMs, market }: MarketEvent): void {
    const { journal } = this.#paper
    for (const fill of journal.fills.slice(this.#fills.length)) this.#fill(fill)
    const [was, is] = [this.#before[market]!, this.#held(market)]
    if (kind === 'settle' && was.count > 0 && is.count === 0) this.#settled(market, atMs, was)
    this.#before[market] = is
  }

  realisedSince(fromMs: number): number {
    return this.#realised.reduce((sum, { atMs, amount }) => (atMs >= fromMs ? sum + amount : sum), 0)
  }

  step(next: ReadonlyMap<string, Signal>, settlements: ReadonlyMap<number, SettlementOutcome>): PaperStep {
    const { markets, minute } = this.#inputs
    const { account } = this.#paper
    return {
      through_minute: minute,
      cash: account.cash,
      locked: account.locked,
      reserved: account.reserved,
      markets: markets
        .map((market, m) => this.#stateOf(market, m, next.get(market.ticker), settlements.get(m)))
        .filter((state, m) => !sameState(state, markets[m]!.state)),
      orders: this.#orders(),
      fills: this.#fills,
      positions: this.#positions(),
      settlements: this.#settlements,
      entries: this.#entries,
    }
  }

  #held(m: number) {
    const { account } = this.#paper
    return { side: account.side[m]!, count: account.countCenti[m]!, cost: account.cost[m]! }
  }

  #fill(fill: PaperTraders['journal']['fills'][number]): void {
    const { portfolio, minute, markets } = this.#inputs
    const fill_no = portfolio.next_fill + this.#fills.length
    const market_id = markets[fill.market]!.market_id
    const { timeMs: at_ms, fee, cost, countCenti: count_centi, price } = fill
    this.#fills.push({
      fill_no,
      order_no: this.#orderNo(fill.order),
      market_id,
      end_minute: minute,
      at_ms,
      side: fill.side === 0 ? 'yes' : 'no',
      action: fill.opens ? 'buy' : 'sell',
      role: fill.maker ? 'maker' : 'taker',
      price: 100 * price,
      count_centi,
      fee,
      cost,
    })
    this.#move('trade', at_ms, market_id, fill_no, (fill.opens ? -1 : 1) * price * count_centi)
    if (fee > 0) this.#move('fee', at_ms, market_id, fill_no, -fee)
    this.#realised.push({ atMs: at_ms, amount: (fill.opens ? 0 : price * count_centi + cost) - fee })
  }

  #settled(m: number, at_ms: number, { side, count, cost }: { side: number; count: number; cost: number }): void {
    const { markets, minute } = this.#inputs
    const { market_id, result } = markets[m]!
    const won = (side === 0) === (result === 'yes')
    const paid = won ? 100 * count : 0
    this.#settlements.push({
      market_id,
      end_minute: minute,
      at_ms,
      result: result!,
      side: side === 0 ? 'yes' : 'no',
      count_centi: count,
      cost,
      paid,
    })
    this.#move('settlement', at_ms, market_id, null, paid)
    this.#realised.push({ atMs: at_ms, amount: paid - cost })
  }

  #move(kind: PaperEntry['kind'], at_ms: number, market_id: number, fill_no: number | null, amount: number): void {
    const { portfolio, minute } = this.#inputs
    this.#balance += amount
    const entry_no = portfolio.next_entry + this.#entries.length
    this.#entries.push({
      entry_no,
      end_minute: minute,
      at_ms,
      kind,
      market_id,
      fill_no,
      amount,
      balance: this.#balance,
    })
  }

  #orderNo(id: number): number {
    const { resting, portfolio } = this.#inputs
    return resting[id]?.order_no ?? portfolio.next_order + id - resting.length
  }

  #orders(): PaperOrder[] {
    const { resting, markets } = this.#inputs
    const { journal, traderOf, signalMinute } = this.#paper
    const charged = new Map<number, number>()
    for (const { order, fee } of journal.fills) charged.set(order, (charged.get(order) ?? 0) + fee)
    return journal.orders
      .map((order, id): PaperOrder => {
        const known = resting[id]
        const live = traderOf[order.market]!.trader.desk.resting(order.market)
        const own = live?.id === id ? live : null
        return {
          order_no: this.#orderNo(id),
          market_id: markets[order.market]!.market_id,
          at_ms: order.timeMs,
          signal_minute: known?.signal_minute ?? signalMinute[order.signal]!,
          side: order.side === 0 ? 'yes' : 'no',
          action: order.opens ? 'buy' : 'sell',
          role: order.maker ? 'maker' : 'taker',
          price: 100 * order.price,
          want_centi: order.wantCenti,
          filled_centi: order.filledCenti,
          fee: (known?.fee ?? 0) + (charged.get(id) ?? 0),
          edge_cents: order.edge,
          state: order.end,
          queue_centi: own?.queueCenti ?? 0,
          confirmed_ms: own?.confirmedMs ?? known?.confirmed_ms ?? order.timeMs,
        }
      })
      .filter((row, id) => {
        const known = resting[id]
        return !known || ORDER_CHANGES.some((name) => row[name] !== known[name])
      })
  }

  #positions(): PaperPosition[] {
    const { markets, positions } = this.#inputs
    const known = new Map(positions.map((position) => [position.market_id, position]))
    return markets.flatMap(({ market_id }, m): PaperPosition[] => {
      const { side, count, cost } = this.#held(m)
      const was = known.get(market_id)
      if (count === (was?.count_centi ?? 0) && cost === (was?.cost ?? 0)) return []
      return [{ market_id, side: side === 0 ? 'yes' : 'no', count_centi: count, cost }]
    })
  }

  #stateOf(
    market: PaperMarket,
    m: number,
    signal: Signal | undefined,
    settlement: SettlementOutcome | undefined,
  ): PaperMarketState {
    const { rows, minute } = this.#inputs
    const { books, traderOf, signalMinute } = this.#paper
    const { market_id, state } = market
    const own = rows.get(market_id)
    const book = books.row(m)
    const waiting = traderOf[m]!.trader.desk.waiting(m)
    const closed = state?.stage === 'closed' || settlement !== undefined
    const held = this.#held(m).count > 0
    const next = closed ? undefined : signal
    const which = waiting && (waiting.index === signalIndex(m, WAITING) ? 'waiting' : 'next')
    return {
      market_id,
      next_ordinal: (state?.next_ordinal ?? 0) + (own?.trades?.n ?? 0),
      next_candle: lastOf(own?.candles, own?.candles?.endMinute) ?? state?.next_candle ?? 0,
      next_quote_ms: lastOf(own?.quotes, own?.quotes?.tsMs) ?? state?.next_quote_ms ?? 0,
      bid: book.bid,
      ask: book.ask,
      bid_size: book.bidSize,
      ask_size: book.askSize,
      last_print: book.lastPrint,
      bid_ms: book.bidAt,
      ask_ms: book.askAt,
      waiting_minute: waiting ? signalMinute[waiting.index]! : null,
      waiting_p: which && (which === 'waiting' ? state!.waiting_p : state!.next_p),
      waiting_view: which && (which === 'waiting' ? state!.waiting_view : state!.next_view),
      obstacle: waiting?.obstacle ?? null,
      next_minute: next ? minute : null,
      next_p: next ? (next.pBlend ?? next.pMarket ?? 0.5) : null,
      next_view: next ? hasView(next) : null,
      stage: closed ? (held ? 'closed' : 'over') : 'trading',
      settlement: this.#wasPaid(market_id) ? 'paid' : held ? (settlement?.outcome ?? state?.settlement ?? null) : null,
    }
  }

  #wasPaid(marketId: number): boolean {
    return this.#settlements.some(({ market_id }) => market_id === marketId)
  }
}

const ORDER_CHANGES = ['filled_centi', 'fee', 'state', 'queue_centi', 'confirmed_ms'] as const

/** Reasons that the desk judges itself, by the book at the moment of the decision. */
const JUDGED_BY_THE_DESK: ReadonlySet<string | null> = new Set<string | null>([
  null,
  'no_edge',
  'empty_book',
  'one_sided_book',
  'stale_book',
  'wide_spread',
])

/** Whether a signal is a reason to trade: one that was stood down for its inputs, or is the market's own price, is none. */
const hasView = ({ standDown, pBlend, pMarket }: Signal): boolean =>
  JUDGED_BY_THE_DESK.has(standDown) && pBlend !== null && pBlend !== pMarket

const sameState = (state: PaperMarketState, known: PaperMarketState | null): boolean =>
  known !== null && Object.entries(state).every(([name, value]) => value === known[name as keyof typeof known])

/** The place after the last of the rows that were met. */
const lastOf = (rows: { readonly n: number } | undefined, at: ArrayLike<number> | undefined): number | null =>
  rows && at && rows.n > 0 ? at[rows.n - 1]! + 1 : null
