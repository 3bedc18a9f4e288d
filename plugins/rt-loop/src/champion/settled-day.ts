import type { Bracket } from 'kwx/config'
import type { MarketRow } from 'kwx/database'
import { bracketOf, closeMinuteOf } from 'kwx/features'
import { climateDayEnd, MS_PER_DAY, minuteToMs } from 'kwx/time'
import { settlementOf, settlementTime } from '../paper/settlement-of.ts'

/** Results that did not come for this long, or contradict each other for so long, leave a day out. */
const GIVEN_UP_AFTER_MS = 7 * MS_PER_DAY

/** An event day of one bracket, for a process that wants to score it. */
export type EventDay =
  /** It is under way, or the morning after it has not come. */
  | { readonly outcome: 'open' }
  | { readonly outcome: 'no markets' }
  /** A market has no final result, or results contradict what the exchange itself says. */
  | { readonly outcome: 'awaited' | 'given up'; readonly reason: string; readonly markets: readonly MarketRow[] }
  | {
      readonly outcome: 'settled'
      readonly tickers: readonly string[]
      /** Tickers of those that said YES, in order. */
      readonly yes: readonly string[]
      /** The last minute in which one of them traded. */
      readonly lastMinute: number
    }

/**
 * What is known of an event day at a moment. It is settled once every market of the bracket has its final result and the
 * time is there at which a paper position would be paid.
 *
 * @param markets  all of the city's events of that day, of all brackets
 */
export function eventDay(
  markets: readonly MarketRow[],
  {
    bracket,
    day,
    standardOffset,
  }: { readonly bracket: Bracket; readonly day: number; readonly standardOffset: number },
  nowMs: number,
): EventDay {
  if (nowMs < minuteToMs(climateDayEnd(day, standardOffset))) return { outcome: 'open' }
  const own = markets.filter(({ strike_type }) => bracketOf(strike_type) === bracket)
  if (own.length === 0) return { outcome: 'no markets' }
  const dueMs = Math.max(...own.map((market) => settlementTime(market, standardOffset)))
  if (nowMs < dueMs) return { outcome: 'open' }
  for (const market of own) {
    const found = settlementOf(market, yesOf(markets, market.event_ticker), nowMs - dueMs)
    if (found.outcome === 'paid') continue
    const outcome = nowMs - dueMs > GIVEN_UP_AFTER_MS ? 'given up' : 'awaited'
    return { outcome, reason: `${market.ticker}: ${found.reason}`, markets: own }
  }
  return {
    outcome: 'settled',
    tickers: own.map(({ ticker }) => ticker),
    yes: yesTickers(own, bracket),
    lastMinute: Math.max(...own.map((market) => closeMinuteOf(market, standardOffset))),
  }
}

/** Tickers of the bracket's markets that say YES, in order. */
export const yesTickers = (markets: readonly MarketRow[], bracket: Bracket): readonly string[] =>
  markets
    .filter(({ strike_type, result }) => bracketOf(strike_type) === bracket && result === 'yes')
    .map(({ ticker }) => ticker)
    .sort()

const yesOf = (markets: readonly MarketRow[], event: string): number =>
  markets.filter(({ event_ticker, result }) => event_ticker === event && result === 'yes').length
