import type { MarketRow } from 'kwx/database'
import { settlesYes } from 'kwx/market'

/** What is known of one market's outcome. */
export interface MarketLabel {
  readonly market: string
  /** The outcome that a model may be trained on; null where there is none. */
  readonly label: 0 | 1 | null
  readonly source: 'exchange' | 'derived' | null
  /** The exchange's result, and what its own value says by the strikes; null where it says nothing. */
  readonly result: 0 | 1 | null
  readonly byValue: 0 | 1 | null
}

/**
 * The outcome of a market: the exchange's result; without one what the official maximum says. A result that contradicts
 * the exchange's own value is quarantined.
 *
 * @param official  whole degrees F of a source that may settle the market; null without one
 */
export function marketLabel(market: MarketRow, official: number | null): MarketLabel {
  const result = market.result === null ? null : market.result === 'yes' ? 1 : 0
  const byValue = outcomeOn(market, market.expiration_value)
  const derived = outcomeOn(market, official)
  const label = result === null ? derived : byValue !== null && byValue !== result ? null : result
  const source = label === null ? null : result === null ? 'derived' : 'exchange'
  return { market: market.ticker, label, source, result, byValue }
}

/** Whether a maximum settles a market YES (1) or NO (0); null where it or a strike is missing, or it is no whole degree. */
function outcomeOn(market: MarketRow, tmax: number | null): 0 | 1 | null {
  if (tmax === null || !Number.isInteger(tmax)) return null
  try {
    return settlesYes(market.strike_type, market.floor_strike, market.cap_strike, tmax) ? 1 : 0
  } catch {
    return null // a strike is missing
  }
}

/** Markets that a maximum would settle against the exchange's result. */
export const flippedBy = (markets: readonly MarketRow[], tmax: number): string[] =>
  markets
    .filter((market) => {
      const outcome = outcomeOn(market, tmax)
      return outcome !== null && market.result !== null && outcome !== (market.result === 'yes' ? 1 : 0)
    })
    .map(({ ticker }) => ticker)
