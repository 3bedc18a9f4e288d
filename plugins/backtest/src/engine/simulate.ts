import { Account, ASSUMPTIONS, Books, type Ledger, type Setting, Trader } from 'kwx/trading'

import { CLOSE, PRINT, QUOTE, SETTLE, type Tape } from './tape.ts'

/** Trades on paper over a tape, with one account and an empty book at its beginning. */
export function simulate(tape: Tape, setting: Setting): Ledger {
  const { event, events } = setting
  const account = new Account(ASSUMPTIONS.bankroll, event, events)
  const books = new Books(event.length)
  const trader = new Trader(setting, account, books, { orders: [], fills: [] })
  const { n, timeMs, kind, market, a, b, c, d } = tape
  for (let i = 0; i < n; i++) {
    const m = market[i]!
    const at = timeMs[i]!
    const what = kind[i]!
    if (what === PRINT) trader.print(m, at, a[i]!, b[i]!, c[i]!)
    else if (what === QUOTE) trader.quote(m, at, a[i]!, b[i]!, c[i]!, d[i]!)
    else if (what === CLOSE) trader.close(m)
    else if (what === SETTLE) trader.settle(m, a[i]!)
    else trader.signal(m, at, a[i]!)
  }
  const { desk, unsettled, contradictory } = trader
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
