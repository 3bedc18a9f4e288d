import { winProbability } from '../market/edge.ts'
import type { BlendP } from '../model/probability.ts'
import type { Account } from './account.ts'
import { ASSUMPTIONS } from './assumptions.ts'
import { type Books, NO_ASK, NO_BID } from './book.ts'
import { exitFor, type FeePerContract, type OwnBook, targetCenti, type Wish, wishFor } from './decide.ts'
import { type Fill, type Journal, type Order, type OrderEnd, OUTCOMES, type SignalOutcome } from './ledger.ts'
import { restingFill } from './resting-fill.ts'
import type { DatedFees, Setting } from './setting.ts'

/** A resting order; at most one in each market. */
export interface LiveOrder {
  readonly order: Order
  /** Its index in the journal. */
  readonly id: number
  readonly side: 0 | 1
  readonly limit: number
  leftCenti: number
  queueCenti: number
  /** When a signal last wanted it. */
  confirmedMs: number
  /** 1e-4 dollars charged so far. */
  fee: number
}

/** A signal that has found no usable book yet. */
interface WaitingSignal {
  /** Into the setting's `signalP`. */
  readonly index: number
  readonly at: number
  /** Why not. */
  readonly obstacle: SignalOutcome
}

/** Who decides: turns signals into orders, and prints and quotes into fills. */
export class Desk {
  readonly fills: Fill[]
  readonly orders: Order[]
  readonly outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<SignalOutcome, number>
  readonly #account: Account
  readonly #books: Books
  readonly #setting: Setting
  readonly #live: (LiveOrder | null)[]
  /** Signal that waits for a book, by market; -1 for none. */
  readonly #waiting: Int32Array
  readonly #signalAt: Float64Array
  /** Why the waiting signal has found no book yet. */
  readonly #obstacle: SignalOutcome[]
  #feeIndex = 0
  readonly #perContract: FeePerContract

  constructor(account: Account, books: Books, setting: Setting, { orders, fills }: Journal) {
    this.orders = orders
    this.fills = fills
    this.#account = account
    this.#books = books
    this.#setting = setting
    const markets = setting.event.length
    this.#live = new Array<LiveOrder | null>(markets).fill(null)
    this.#waiting = new Int32Array(markets).fill(-1)
    this.#signalAt = new Float64Array(markets)
    this.#obstacle = new Array<SignalOutcome>(markets).fill('signal_expired')
    // Per contract of an order of 100: what rounding adds to smaller ones is charged, but does not steer a decision.
    this.#perContract = (price, maker) => this.#count(maker)(100 * price, 10_000) / 10_000
  }

  signal(m: number, at: number, index: number, done: boolean): void {
    if (this.#waiting[m]! >= 0) this.outcomes[this.#obstacle[m]!]++
    this.#waiting[m] = done ? -1 : index
    this.#signalAt[m] = at
    this.#obstacle[m] = 'signal_expired'
    if (done) this.outcomes.market_closed++
  }

  /** @param taker  1 bought YES, 0 bought NO, 2 unknown */
  meetPrint(m: number, at: number, price: number, countCenti: number, taker: number): void {
    const live = this.#standing(m, at)
    if (live === null) return
    const printed = live.side === 0 ? price : 100 - price
    const quantity = restingFill(this.#setting.rule, live, printed, countCenti, taker !== (live.side === 0 ? 1 : 0))
    if (quantity > 0) this.#fillResting(m, at, live, quantity)
  }

  /** A displayed size that reaches a resting order fills it as a print of that size would; a price alone does not. */
  meetQuote(m: number, at: number, bid: number, ask: number, bidSize: number, askSize: number): void {
    const live = this.#standing(m, at)
    if (live === null || (bid !== NO_BID && ask !== NO_ASK && bid >= ask)) return
    const yes = live.side === 0
    const [price, size] = yes ? [ask, askSize] : [100 - bid, bidSize]
    const [known, knownSize] = yes
      ? [this.#books.ask[m]!, this.#books.askSize[m]!]
      : [100 - this.#books.bid[m]!, this.#books.bidSize[m]!]
    if (size <= 0 || price >= NO_ASK || (price === known && size === knownSize)) return // the same offer as before
    const quantity = restingFill(this.#setting.rule, live, price, size, true)
    if (quantity > 0) this.#fillResting(m, at, live, quantity)
  }

  /** Acts on the signal that waits in a market, if the book allows it. */
  decide(m: number, at: number): void {
    const index = this.#waiting[m]!
    if (index < 0 || at <= this.#signalAt[m]!) return
    if (at - this.#signalAt[m]! > ASSUMPTIONS.signalLifeMs) {
      this.#waiting[m] = -1
      this.outcomes[this.#obstacle[m]!]++
      return
    }
    if (this.#setting.hasView?.[index] === 0) {
      // What the market itself says claims no edge: nothing is opened or sold, and what rests is withdrawn.
      this.#waiting[m] = -1
      this.#cancel(m, 'no-edge')
      this.outcomes.no_view++
      return
    }
    const { max_spread_cents } = this.#setting.limits
    const state = this.#books.state(m, at, ASSUMPTIONS.quoteAgeMs, Number.POSITIVE_INFINITY)
    if (state !== 'quoted') {
      this.#obstacle[m] = state
      return
    }
    const p = this.#setting.signalP[index]! as BlendP
    const held = this.#account.side[m]!
    if (held >= 0 && this.#tryExit(m, at, held as 0 | 1, p, index)) return
    this.#waiting[m] = -1
    if (this.#books.ask[m]! - this.#books.bid[m]! > max_spread_cents) {
      this.#cancel(m, 'no-edge')
      this.outcomes.wide_spread++
      return
    }
    this.outcomes[this.#open(m, at, held, p, index)]++
  }

  close(m: number): void {
    this.#cancel(m, 'closed')
    this.giveUp(m)
  }

  finish(): void {
    for (let m = 0; m < this.#live.length; m++) this.close(m)
  }

  resting(m: number): Readonly<LiveOrder> | null {
    return this.#live[m]!
  }

  waiting(m: number): WaitingSignal | null {
    const index = this.#waiting[m]!
    return index < 0 ? null : { index, at: this.#signalAt[m]!, obstacle: this.#obstacle[m]! }
  }

  /** Puts back what `resting` and `waiting` gave; reserves the cash of what rests. */
  restore(m: number, live: LiveOrder | null, waiting: WaitingSignal | null): void {
    this.#live[m] = live
    if (live) this.#account.reserve(m, live.side, live.limit * live.leftCenti)
    this.#waiting[m] = waiting?.index ?? -1
    if (!waiting) return
    this.#signalAt[m] = waiting.at
    this.#obstacle[m] = waiting.obstacle
  }

  /** Takes back what rests and gives up the signal that waits. */
  withdraw(m: number): void {
    this.#cancel(m, 'withdrawn')
    this.giveUp(m)
  }

  /** Gives up the signal that waits. */
  giveUp(m: number): void {
    if (this.#waiting[m]! >= 0) this.outcomes[this.#obstacle[m]!]++
    this.#waiting[m] = -1
  }

  #tryExit(m: number, at: number, side: 0 | 1, p: BlendP, signal: number): boolean {
    const exit = exitFor(
      winProbability(p, side === 0 ? 'yes' : 'no'),
      this.#own(m, side),
      this.#perContract,
      this.#setting.limits,
    )
    if (exit === null) return false
    this.#cancel(m, 'no-edge')
    if (!this.#books.seenAfter(m, side === 1, this.#signalAt[m]!)) {
      this.#obstacle[m] = 'stale_book' // the bid is that of the signal's own candle: wait for the next
      return true
    }
    this.#waiting[m] = -1
    const held = this.#account.countCenti[m]!
    const quantity = Math.min(held, this.#displayed(m, side, 'bid'))
    if (quantity <= 0) {
      this.outcomes.no_size_seen++
      return true
    }
    const fee = this.#count(false, at)(100 * exit.price, quantity)
    const order = this.#record(at, m, side, false, false, exit.price, held, exit.gain, signal)
    const gone = this.#account.sell(m, exit.price, quantity, fee)
    this.#traded(at, m, order, exit.price, quantity, fee, -gone, signal)
    this.orders[order]!.end = quantity === held ? 'filled' : 'partly'
    this.outcomes.acted++
    return true
  }

  #open(m: number, at: number, held: number, p: BlendP, signal: number): SignalOutcome {
    const { limits } = this.#setting
    let best: { wish: Wish; side: 0 | 1 } | null = null
    for (const side of [0, 1] as const) {
      if (held >= 0 && held !== side) continue // a position is closed before the other side is opened
      const wish = wishFor(winProbability(p, side === 0 ? 'yes' : 'no'), this.#own(m, side), this.#perContract, limits)
      if (wish !== null && (best === null || wish.edge > best.wish.edge)) best = { wish, side }
    }
    const live = this.#standing(m, at)
    if (best === null) {
      if (live) this.#cancel(m, 'no-edge')
      return 'no_edge'
    }
    const { wish, side } = best
    // It has rested for a signal at least and is still wanted: cross when that pays after all costs.
    // The price must have been seen after the signal, which was made from those before it.
    const fresh = this.#books.seenAfter(m, side === 0, this.#signalAt[m]!)
    if (live && live.side === side && fresh && wish.crossEdge >= limits.tau_open_cents) {
      const crossed = this.#cross(m, at, side, p, wish, signal)
      if (crossed !== null) return crossed
    }
    return this.#rest(m, at, side, p, wish, signal)
  }

  #cross(m: number, at: number, side: 0 | 1, p: BlendP, wish: Wish, signal: number): SignalOutcome | null {
    const offered = this.#displayed(m, side, 'ask')
    if (offered <= 0) return null // no size was ever seen: go on resting
    const live = this.#live[m]!
    const price = wish.crossPrice
    this.#account.release(m, side, live.limit * live.leftCenti)
    const want = this.#want(m, side, p, price, price + this.#perContract(price, false))
    this.#account.reserve(m, side, live.limit * live.leftCenti)
    const quantity = Math.min(want, offered)
    if (quantity < ASSUMPTIONS.leastCenti) return null
    this.#cancel(m, 'crossed-instead')
    const fee = this.#count(false, at)(100 * price, quantity)
    const order = this.#record(at, m, side, true, false, price, want, wish.crossEdge, signal)
    this.#account.buy(m, side, price, quantity, fee)
    this.#traded(at, m, order, price, quantity, fee, price * quantity, signal)
    this.orders[order]!.end = quantity === want ? 'filled' : 'partly'
    return 'acted'
  }

  #rest(m: number, at: number, side: 0 | 1, p: BlendP, wish: Wish, signal: number): SignalOutcome {
    const live = this.#live[m]
    if (live) this.#account.release(m, live.side, live.limit * live.leftCenti)
    const want = this.#want(m, side, p, wish.limit, wish.limit + this.#perContract(wish.limit, true))
    if (live) this.#account.reserve(m, live.side, live.limit * live.leftCenti)
    if (want < ASSUMPTIONS.leastCenti) {
      this.#cancel(m, 'no-edge')
      return this.#account.countCenti[m]! > 0 || live ? 'capped' : 'too_small'
    }
    if (live && live.side === side && live.limit === wish.limit && live.leftCenti <= want) {
      live.confirmedMs = at
      return 'kept'
    }
    this.#cancel(m, 'replaced')
    const id = this.#record(at, m, side, true, true, wish.limit, want, wish.edge, signal)
    this.#account.reserve(m, side, wish.limit * want)
    this.#live[m] = {
      order: this.orders[id]!,
      id,
      side,
      limit: wish.limit,
      leftCenti: want,
      queueCenti: this.#ahead(m, side, wish.limit),
      confirmedMs: at,
      fee: 0,
    }
    return 'acted'
  }

  /** Further contracts that stake, cap and cash allow, 1e-2 contracts. */
  #want(m: number, side: 0 | 1, p: BlendP, price: number, cost: number): number {
    const { limits } = this.#setting
    const { equity, free, locked, reserved } = this.#account
    const target = targetCenti(winProbability(p, side === 0 ? 'yes' : 'no'), price, cost, equity, limits)
    const cap = limits.max_bankroll_pct_city_day_side * equity - this.#account.exposureOf(m, side)
    const whole = (limits.max_bankroll_pct_total ?? 1) * equity - locked - reserved
    const room = Math.floor(Math.min(cap, whole, free) / (price + 2)) // two cents a contract cover any fee
    return Math.min(target - this.#account.countCenti[m]!, room)
  }

  #fillResting(m: number, at: number, live: LiveOrder, quantity: number): void {
    const { side, limit, order, id } = live
    const charged = this.#count(true, at)(100 * limit, order.filledCenti + quantity)
    const fee = charged - live.fee
    live.fee = charged
    live.leftCenti -= quantity
    this.#account.release(m, side, limit * quantity)
    this.#account.buy(m, side, limit, quantity, fee)
    this.#traded(at, m, id, limit, quantity, fee, limit * quantity, order.signal)
    if (live.leftCenti === 0) {
      order.end = 'filled'
      this.#live[m] = null
    }
  }

  /** The resting order of a market, unless its time is over. */
  #standing(m: number, at: number): LiveOrder | null {
    const live = this.#live[m] ?? null
    if (live === null || at - live.confirmedMs <= ASSUMPTIONS.orderLifeMs) return live
    this.#cancel(m, 'expired')
    return null
  }

  #cancel(m: number, end: OrderEnd): void {
    const live = this.#live[m]
    if (!live) return
    this.#account.release(m, live.side, live.limit * live.leftCenti)
    live.order.end = end
    this.#live[m] = null
  }

  #own(m: number, side: 0 | 1): OwnBook {
    const [bid, ask] = [this.#books.bid[m]!, this.#books.ask[m]!]
    return side === 0 ? { bid, ask } : { bid: 100 - ask, ask: 100 - bid }
  }

  /** Size that can be taken at a side's own bid or ask, 1e-2 contracts. */
  #displayed(m: number, side: 0 | 1, own: 'bid' | 'ask'): number {
    const size = (side === 0) === (own === 'bid') ? this.#books.bidSize[m]! : this.#books.askSize[m]!
    return size >= 0 ? size : Math.min(this.#books.lastPrint[m]!, ASSUMPTIONS.takeCenti)
  }

  /** What stands before a new order at its limit: nothing inside the spread, the whole queue at the best bid. */
  #ahead(m: number, side: 0 | 1, limit: number): number {
    if (limit > this.#own(m, side).bid) return 0
    const size = side === 0 ? this.#books.bidSize[m]! : this.#books.askSize[m]!
    return size >= 0 ? size : Math.max(this.#books.lastPrint[m]!, ASSUMPTIONS.queueCenti)
  }

  #record(
    timeMs: number,
    market: number,
    side: 0 | 1,
    opens: boolean,
    maker: boolean,
    price: number,
    wantCenti: number,
    edge: number,
    signal: number,
  ): number {
    this.orders.push({
      timeMs,
      market,
      side,
      opens,
      maker,
      price,
      wantCenti,
      filledCenti: 0,
      edge,
      signal,
      end: 'resting',
    })
    return this.orders.length - 1
  }

  #traded(
    timeMs: number,
    market: number,
    order: number,
    price: number,
    countCenti: number,
    fee: number,
    cost: number,
    signal: number,
  ): void {
    const { side, opens, maker } = this.orders[order]!
    this.orders[order]!.filledCenti += countCenti
    this.fills.push({ timeMs, market, order, side, opens, maker, price, countCenti, fee, cost, signal })
  }

  #count(maker: boolean, at?: number) {
    const { fees } = this.#setting
    if (at !== undefined)
      while (this.#feeIndex + 1 < fees.length && fees[this.#feeIndex + 1]!.fromMs <= at) this.#feeIndex++
    const { [maker ? 'maker' : 'taker']: counter } = fees[this.#feeIndex] as DatedFees
    return counter
  }
}
