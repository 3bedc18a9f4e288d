import type { FeeCounter } from 'kwx/market'

import { Account } from './account.ts'
import { ASSUMPTIONS, type FillRule, type RiskLimits } from './assumptions.ts'
import { Books } from './book.ts'
import { Desk } from './desk.ts'
import type { Ledger } from './ledger.ts'
import { CLOSE, CONTRADICTORY, PAYS_NO, PAYS_YES, PRINT, QUOTE, SETTLE, type Tape } from './tape.ts'

/** The fees of one side of trades from some moment on. */
export interface DatedFees {
  readonly fromMs: number
  readonly taker: FeeCounter
  readonly maker: FeeCounter
}

/** What a simulation is about, beside its tape. */
export interface Setting {
  /** Index of each market's event: one city and climate day. */
  readonly event: Int32Array
  readonly events: number
  /** Delivered probability of YES, by signal. */
  readonly signalP: Float64Array
  /** 0 where the signal is the market's own price and so no reason to trade; absent: all are reasons. */
  readonly hasView?: Uint8Array
  /** True where the tape has no quotes, so that prints imply the book. */
  readonly impliedBook: boolean
  /** Ascending; the first holds from the beginning. */
  readonly fees: readonly DatedFees[]
  readonly limits: RiskLimits
  readonly rule: FillRule
}

/**
 * Trades on paper over a tape: rests, crosses, closes and settles as the signals say.
 *
 * A signal is acted on at the first quote of its market that is later than the signal, or at the first such print where
 * prints imply the book, and crosses only a price that was seen after it. Resting orders meet each event before anything
 * new is decided, so that what a signal is about to cancel can still be hit.
 *
 * @cost  some tens of nanoseconds an event; memory for the markets and for what traded
 */
export function simulate(tape: Tape, setting: Setting): Ledger {
  const { event, events, impliedBook } = setting
  const account = new Account(ASSUMPTIONS.bankroll, event, events)
  const books = new Books(event.length)
  const desk = new Desk(account, books, setting)
  const done = new Uint8Array(event.length)
  const { n, timeMs, kind, market, a, b, c, d } = tape
  let [unsettled, contradictory] = [0, 0]
  for (let i = 0; i < n; i++) {
    const m = market[i]!
    const at = timeMs[i]!
    const what = kind[i]!
    if (what === PRINT) {
      if (done[m]) continue
      desk.meetPrint(m, at, a[i]!, b[i]!, c[i]!)
      books.lastPrint[m] = b[i]!
      if (!impliedBook) continue // the quote at hand is older than the print: a decision waits for the next one
      books.implied(m, at, a[i]!, c[i]!)
      desk.decide(m, at)
    } else if (what === QUOTE) {
      if (done[m]) continue
      desk.meetQuote(m, at, a[i]!, b[i]!, c[i]!, d[i]!)
      books.quote(m, at, a[i]!, b[i]!, c[i]!, d[i]!)
      desk.decide(m, at)
    } else if (what === CLOSE) {
      desk.close(m)
      done[m] = 1
    } else if (what === SETTLE) {
      desk.close(m)
      done[m] = 1
      if (a[i] === PAYS_YES || a[i] === PAYS_NO) {
        if (account.countCenti[m]! > 0) account.settle(m, a[i] === PAYS_YES ? 0 : 1)
      } else if (account.countCenti[m]! > 0) {
        if (a[i] === CONTRADICTORY) contradictory++
        else unsettled++
      }
    } else {
      desk.signal(m, at, a[i]!, done[m] === 1)
    }
  }
  desk.finish()
  // A position that was never paid counts at its cost: neither won nor lost.
  const marketPnl = account.marketCash.map((cash, m) => cash + account.cost[m]!)
  return {
    fills: desk.fills,
    orders: desk.orders,
    marketPnl,
    marketFees: account.marketFees,
    openCenti: account.countCenti,
    signals: desk.outcomes,
    crossedQuotes: books.crossed,
    unsettled,
    contradictory,
    equity: account.equity,
  }
}
