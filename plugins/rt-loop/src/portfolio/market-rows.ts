import { type Database, type PaperMarket, readCandles, readQuotes, readTrades } from 'kwx/database'
import { minuteToMs } from 'kwx/time'
import type { CandleQuoteRows, PrintRows, TopRows } from 'kwx/trading'

/** What happened in a market since it was looked at last, up to the end of a minute. */
export interface NewRows {
  readonly trades?: PrintRows
  readonly candles?: CandleQuoteRows
  readonly quotes?: TopRows
}

/**
 * Rows of some markets that a portfolio has not met, in the order of time, with ends up to and including the minute.
 *
 * @param recorded  whether a market's quotes are recorded, so that prints do not imply its book
 */
export async function readNewRows(
  db: Database,
  markets: readonly PaperMarket[],
  minute: number,
  recorded: (market: PaperMarket) => boolean,
): Promise<ReadonlyMap<number, NewRows>> {
  const found = new Map<number, NewRows>()
  const add = (id: number, rows: NewRows) => found.set(id, { ...found.get(id), ...rows })
  const endMs = minuteToMs(minute)
  const ids = markets.map(({ market_id }) => market_id)
  const since = markets.map(({ state }) => state?.next_ordinal ?? 0)
  for await (const trades of readTrades(db, ids, since)) {
    add(trades.marketId, { trades: { ...trades, n: upTo(trades.tsMs, endMs) } })
  }
  const quoted = markets.filter(recorded)
  const quotedIds = quoted.map(({ market_id }) => market_id)
  const candlesSince = quoted.map(({ state }) => state?.next_candle ?? 0)
  for await (const candles of readCandles(db, quotedIds, { since: candlesSince })) {
    add(candles.marketId, { candles: { ...candles, n: upTo(candles.endMinute, minute) } })
  }
  const quotesSince = quoted.map(({ state }) => state?.next_quote_ms ?? 0)
  for await (const quotes of readQuotes(db, quotedIds, quotesSince)) {
    add(quotes.marketId, { quotes: { ...quotes, n: upTo(quotes.tsMs, endMs) } })
  }
  return found
}

/** How many of the values come before the first one beyond `last`. */
function upTo(values: ArrayLike<number>, last: number): number {
  let n = 0
  while (n < values.length && values[n]! <= last) n++
  return n
}
