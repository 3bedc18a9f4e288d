import { badField, countOf, type Fields, instantOf, priceOf, textOf, utcMs } from './fields.ts'

/** One print. */
export interface KalshiTrade {
  readonly tradeId: string
  readonly tsMs: number
  /** 1e-4 dollars of the YES side. */
  readonly price: number
  /** 1e-2 contracts. */
  readonly countCenti: number
  /** The taker bought YES. */
  readonly takerYes: boolean
}

/** Prints of one market, oldest first, in the exchange's order also within a millisecond. */
export interface KalshiTrades {
  readonly trades: readonly KalshiTrade[]
  /** Sum of the counts, 1e-2 contracts: equals the market's volume when nothing is missing. */
  readonly countCenti: number
  readonly pages: number
  /** Rows whose id had come before (tiers overlap, pages shift). */
  readonly repeated: number
  /** Pages out of order twice over; their prints are in order of time, ties as received. */
  readonly unordered: number
}

/** One print of either tier, checked. */
function tradeOf(from: Fields, ticker: string): KalshiTrade {
  const tradeId = textOf(from, 'trade_id', () => `a trade of ${ticker}`)
  const where = () => `trade ${tradeId} of ${ticker}`
  // An exchange or a proxy that ignores the filter would hand us the whole tape.
  if (from['ticker'] !== ticker) throw badField(where, 'ticker', from['ticker'], `"${ticker}"`)
  const side = from['taker_outcome_side'] ?? from['taker_side']
  if (side !== 'yes' && side !== 'no') throw badField(where, 'taker_outcome_side', side, '"yes" or "no"')
  return {
    tradeId,
    tsMs: instantOf(from, 'created_time', where),
    price: priceOf(from, 'yes_price_dollars', where),
    countCenti: countOf(from, 'count_fp', where),
    takerYes: side === 'yes',
  }
}

/** True for a page as the exchange sends it: newest first. Unreadable times are left to `tradeOf` to report. */
export function newestFirst(page: readonly Fields[]): boolean {
  let last = Number.POSITIVE_INFINITY
  for (const { created_time: text } of page) {
    const ms = utcMs(String(text)) ?? Date.parse(String(text))
    if (ms > last) return false
    last = ms
  }
  return true
}

/**
 * Puts rows that came newest first into the order of the tape.
 *
 * Repeats go by id only: two prints of equal time, price and size are two trades. A stable sort by time leaves whole
 * pages as they are, and repairs pages that came out of order up to ties.
 */
export function tapeOf(rows: readonly Fields[], ticker: string): Omit<KalshiTrades, 'pages' | 'unordered'> {
  const byId = new Map<string, KalshiTrade>()
  for (const row of rows) {
    const trade = tradeOf(row, ticker)
    if (!byId.has(trade.tradeId)) byId.set(trade.tradeId, trade)
  }
  const trades = [...byId.values()].reverse().sort((a, b) => a.tsMs - b.tsMs)
  let countCenti = 0
  for (const trade of trades) countCenti += trade.countCenti
  return { trades, countCenti, repeated: rows.length - trades.length }
}
