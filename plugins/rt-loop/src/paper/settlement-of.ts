import type { MarketRow } from 'kwx/database'
import { settlesYes } from 'kwx/market'
import { climateDayEnd, minuteToMs } from 'kwx/time'
import { ASSUMPTIONS } from 'kwx/trading'

/** What became of a position that was held at the close of its market. */
export type SettlementOutcome =
  /** The exchange has not said yet. */
  | { readonly outcome: 'awaited' | 'missing' | 'blank' | 'contradictory'; readonly reason: string }
  | { readonly outcome: 'paid'; readonly result: 'yes' | 'no' }

/** A result that has not come for this long is missing; it still pays when it comes. */
const MISSING_AFTER_MS = 48 * 3_600_000

/** When a position is paid at the earliest: as in a backtest, the morning after the climate day. */
export function settlementTime({ close_ms, day }: Pick<MarketRow, 'close_ms' | 'day'>, standardOffset: number): number {
  return Math.max(close_ms ?? 0, minuteToMs(climateDayEnd(day, standardOffset))) + ASSUMPTIONS.settlementMs
}

/**
 * What a market pays at a moment at or after its settlement time, or why it pays nothing yet. Nothing is guessed: a result
 * that is not final is awaited, and one that contradicts what the exchange itself says pays nothing until it is corrected.
 *
 * @param yesOfEvent  how many markets of its event say YES
 */
export function settlementOf(
  market: Pick<MarketRow, 'status' | 'result' | 'expiration_value' | 'strike_type' | 'floor_strike' | 'cap_strike'>,
  yesOfEvent: number,
  sinceMs: number,
): SettlementOutcome {
  const { status, result, expiration_value, strike_type, floor_strike, cap_strike } = market
  if (status !== 'finalized') {
    const outcome = sinceMs > MISSING_AFTER_MS ? 'missing' : 'awaited'
    return { outcome, reason: `the market is ${status}` }
  }
  if (result === null) return { outcome: 'blank', reason: 'the market is finalized without a result' }
  if (yesOfEvent > 1) return { outcome: 'contradictory', reason: `${yesOfEvent} markets of the event say yes` }
  if (expiration_value !== null) {
    if (!Number.isInteger(expiration_value)) {
      return { outcome: 'contradictory', reason: `the value ${expiration_value} is not whole degrees` }
    }
    if (settlesYes(strike_type, floor_strike, cap_strike, expiration_value) !== (result === 'yes')) {
      return { outcome: 'contradictory', reason: `the result ${result} contradicts the value ${expiration_value}` }
    }
  }
  return { outcome: 'paid', result }
}
