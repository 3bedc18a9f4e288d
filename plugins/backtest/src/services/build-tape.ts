import { EXIT, KwxError } from 'kwx'
import type { SealedLabel } from 'kwx/contracts'
import { climateDayEnd, minuteToMs } from 'kwx/time'
import { ASSUMPTIONS, CONTRADICTORY, marketEvents, PAYS_NO, PAYS_YES, type RefusedRows, UNSETTLED } from 'kwx/trading'

import { CLOSE, PRINT, QUOTE, SETTLE, SIGNAL, TapeBuilder } from '../engine/tape.ts'
import type { MarketData } from './market-data.ts'
import type { Signals } from './signals.ts'

/** A tape with what its indices mean. Markets are indexed as in `signals.tickers`. */
export interface BuiltTape {
  readonly builder: TapeBuilder
  /** Event day and index of each market's event. */
  readonly marketDay: Int32Array
  readonly event: Int32Array
  readonly events: number
  /** What each market paid: 1, 0, or the negative outcomes of a SETTLE event. */
  readonly label: Int8Array
  /** True where no market has a recorded quote. */
  readonly impliedBook: boolean
  readonly prints: number
  readonly quotes: number
  readonly refused: RefusedRows
}

/**
 * Puts signals, prints, quotes, closes and settlements of all markets on one tape.
 *
 * A market closes when the exchange says, else with its climate day.
 *
 * @throws KwxError BACKTEST_MARKET_MISSING (exit 5) for a signal whose market is not in the database
 */
export function buildTape(
  signals: Signals,
  data: MarketData,
  labels: readonly SealedLabel[],
  standardOffset: number,
): BuiltTape {
  const byTicker = new Map(data.markets.map((market) => [market.ticker, market]))
  const sealed = new Map(labels.map((label) => [label.market, label]))
  const days = [...new Set(data.markets.map(({ day }) => day))].sort((a, b) => a - b)
  const eventOf = new Map(days.map((day, index) => [day, index]))
  const builder = new TapeBuilder()
  const count = signals.tickers.length
  const [marketDay, event, label] = [new Int32Array(count), new Int32Array(count), new Int8Array(count)]
  const refused: RefusedRows = { price_off_tick: 0, price_outside: 0, count_not_positive: 0 }
  let [prints, quotes] = [0, 0]
  const impliedBook = data.candles.size === 0 && data.quotes.size === 0
  signals.tickers.forEach((ticker, m) => {
    const market = byTicker.get(ticker)
    if (!market) throw missing(ticker)
    const { market_id, day, close_ms } = market
    const dayEnd = minuteToMs(climateDayEnd(day, standardOffset))
    marketDay[m] = day
    event[m] = eventOf.get(day)!
    label[m] = paysOf(sealed.get(ticker))
    builder.add(close_ms ?? dayEnd, CLOSE, m)
    builder.add(Math.max(close_ms ?? 0, dayEnd) + ASSUMPTIONS.settlementMs, SETTLE, m, label[m])
    const rows = {
      trades: data.trades.get(market_id),
      candles: data.candles.get(market_id),
      quotes: data.quotes.get(market_id),
    }
    marketEvents(rows, refused, {
      print: (at, price, countCenti, taker) => {
        builder.add(at, PRINT, m, price, countCenti, taker)
        prints++
      },
      quote: (at, bid, ask, bidSize, askSize) => {
        builder.add(at, QUOTE, m, bid, ask, bidSize, askSize)
        quotes++
      },
    })
  })
  for (let i = 0; i < signals.n; i++) builder.add(minuteToMs(signals.endMinute[i]!), SIGNAL, signals.market[i]!, i)
  return { builder, marketDay, event, events: days.length, label, impliedBook, prints, quotes, refused }
}

function paysOf(label: SealedLabel | undefined): number {
  if (!label) return UNSETTLED
  if (label.label !== null) return label.label === 1 ? PAYS_YES : PAYS_NO
  return label.quarantine !== null && !label.quarantine.startsWith('no result') ? CONTRADICTORY : UNSETTLED
}

const missing = (ticker: string) =>
  new KwxError(`The market ${ticker} has signals, but is not in the database.`, {
    code: 'BACKTEST_MARKET_MISSING',
    exit: EXIT.stale,
    hint: 'Fetch or import its day again with "kwx ingest kalshi" or "kwx ingest import".',
    details: { ticker },
  })
