import { EXIT, KwxError } from 'kwx'
import type { SealedLabel } from 'kwx/reports'
import { climateDayEnd, minuteToMs } from 'kwx/time'

import { ASSUMPTIONS } from '../engine/assumptions.ts'
import {
  CLOSE,
  CONTRADICTORY,
  NO_ASK,
  NO_BID,
  PAYS_NO,
  PAYS_YES,
  PRINT,
  QUOTE,
  SETTLE,
  SIGNAL,
  TapeBuilder,
  UNSETTLED,
} from '../engine/tape.ts'
import type { MarketData } from './market-data.ts'
import type { Signals } from './signals.ts'

/** Rows that could not be used, by reason. */
export interface Refused {
  price_off_tick: number
  price_outside: number
  count_not_positive: number
}

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
  readonly refused: Refused
}

/**
 * Puts signals, prints, quotes, closes and settlements of all markets on one tape.
 *
 * Where a market has quotes but no prints, a candle's last price with the candle's volume stands for the minute's
 * prints, the taker's side unknown. A market closes when the exchange says, else with its climate day.
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
  const refused: Refused = { price_off_tick: 0, price_outside: 0, count_not_positive: 0 }
  const cents = centsOf(refused)
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
    const trades = data.trades.get(market_id)
    for (let i = 0; i < (trades?.n ?? 0); i++) {
      const price = cents(trades!.price[i]!)
      if (trades!.countCenti[i]! <= 0) refused.count_not_positive++
      else if (price !== null) {
        builder.add(trades!.tsMs[i]!, PRINT, m, price, trades!.countCenti[i]!, trades!.takerYes[i]!)
        prints++
      }
    }
    const candles = data.candles.get(market_id)
    for (let i = 0; i < (candles?.n ?? 0); i++) {
      const at = minuteToMs(candles!.endMinute[i]!)
      const price =
        trades || candles!.volumeCenti[i]! <= 0 || candles!.priceClose[i]! < 0 ? null : cents(candles!.priceClose[i]!)
      if (price !== null) {
        builder.add(at, PRINT, m, price, candles!.volumeCenti[i]!, 2)
        prints++
      }
      builder.add(
        at,
        QUOTE,
        m,
        side(cents, candles!.bidClose[i]!, NO_BID),
        side(cents, candles!.askClose[i]!, NO_ASK),
        -1,
        -1,
      )
      quotes++
    }
    const ticks = data.quotes.get(market_id)
    for (let i = 0; i < (ticks?.n ?? 0); i++) {
      const [bid, ask] = [side(cents, ticks!.bid[i]!, NO_BID), side(cents, ticks!.ask[i]!, NO_ASK)]
      builder.add(ticks!.tsMs[i]!, QUOTE, m, bid, ask, ticks!.bidSizeCenti[i]!, ticks!.askSizeCenti[i]!)
      quotes++
    }
  })
  for (let i = 0; i < signals.n; i++) builder.add(minuteToMs(signals.endMinute[i]!), SIGNAL, signals.market[i]!, i)
  return { builder, marketDay, event, events: days.length, label, impliedBook, prints, quotes, refused }
}

type Cents = (units: number) => number | null

/** Whole cents of 1e-4 dollars; null, and counted, for a price between two ticks or outside 1 to 99 cents. */
const centsOf =
  (refused: Refused): Cents =>
  (units) => {
    if (units % 100 !== 0) refused.price_off_tick++
    else if (units < 100 || units > 9900) refused.price_outside++
    else return units / 100
    return null
  }

/** A side of the book; none where there is none, where it is the exchange's sign for none, or where it is unusable. */
function side(cents: Cents, units: number, none: number): number {
  return units <= 0 || units === 10_000 ? none : (cents(units) ?? none)
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
