import { type Database, readCandles, readQuotes, readTrades } from 'kwx/database'
import { minuteToMs } from 'kwx/time'
import type { CandleQuoteRows, PrintRows, TopRows } from 'kwx/trading'
import type { PaperMarket } from '../storage/opened-portfolio.ts'

/** What happened in a market since it was looked at last, up to the end of a minute. */
export interface NewRows {
  readonly trades?: PrintRows
  readonly candles?: CandleQuoteRows
  readonly quotes?: TopRows
}

/** Where new rows come from. */
interface NewRowsFrom {
  readonly db: Database
  /** Prints that were read already, from an ordinal on; null for those that were not. */
  printsSince(marketId: number, ordinal: number): Omit<PrintRows, 'n'> | null
  /** Whether a market's quotes are recorded, so that prints do not imply its book. */
  isRecorded(market: PaperMarket): boolean
}

/** Rows of some markets that a portfolio has not met, in the order of time, with ends up to and including the minute. */
export async function readNewRows(
  { db, printsSince, isRecorded }: NewRowsFrom,
  markets: readonly PaperMarket[],
  minute: number,
): Promise<ReadonlyMap<number, NewRows>> {
  const found = new Map<number, NewRows>()
  const add = (id: number, rows: NewRows) => found.set(id, { ...found.get(id), ...rows })
  const endMs = minuteToMs(minute)
  const addPrints = (id: number, prints: Omit<PrintRows, 'n'>) => {
    if (prints.tsMs.length > 0) add(id, { trades: { ...prints, n: upTo(prints.tsMs, endMs) } })
  }
  const since = ({ state }: PaperMarket) => state?.next_ordinal ?? 0
  const unread = markets.filter((market) => {
    const prints = printsSince(market.market_id, since(market))
    if (prints) addPrints(market.market_id, prints)
    return prints === null
  })
  for await (const { marketId, ...prints } of readTrades(db, idsOf(unread), unread.map(since))) {
    addPrints(marketId, prints)
  }
  const quoted = markets.filter(isRecorded)
  const candlesSince = quoted.map(({ state }) => state?.next_candle ?? 0)
  for await (const candles of readCandles(db, idsOf(quoted), { since: candlesSince })) {
    add(candles.marketId, { candles: { ...candles, n: upTo(candles.endMinute, minute) } })
  }
  const quotesSince = quoted.map(({ state }) => state?.next_quote_ms ?? 0)
  for await (const quotes of readQuotes(db, idsOf(quoted), quotesSince)) {
    add(quotes.marketId, { quotes: { ...quotes, n: upTo(quotes.tsMs, endMs) } })
  }
  return found
}

const idsOf = (markets: readonly PaperMarket[]) => markets.map(({ market_id }) => market_id)

/** How many of the values come before the first one beyond `last`. */
function upTo(values: ArrayLike<number>, last: number): number {
  let n = 0
  while (n < values.length && values[n]! <= last) n++
  return n
}
