import type { MarketRow } from 'kwx/database'
import type { Prices } from 'kwx/features'
import { MAX_QUOTE_AGE } from 'kwx/features'
import { ladderFault, yesDegrees } from 'kwx/market'

/** All markets of one event, from the coldest up. */
export interface EventLadder {
  readonly rungs: readonly { readonly ticker: string; readonly prices: Prices | null }[]
  /** Exhaustive and disjoint: only then do its probabilities sum to 1. */
  readonly whole: boolean
  /** Index of the rung that settled YES; -1 where not exactly one did. */
  readonly outcome: number
}

/**
 * Orders the markets of one event.
 *
 * @param prices  price rows up to each market's close, by market id
 */
export function eventLadder(
  markets: readonly Pick<
    MarketRow,
    'market_id' | 'ticker' | 'strike_type' | 'floor_strike' | 'cap_strike' | 'result'
  >[],
  prices: ReadonlyMap<number, Prices>,
): EventLadder {
  const withStrikes = markets.flatMap((market) => {
    try {
      return [{ market, low: yesDegrees(market).low }]
    } catch {
      return [] // a market without its strike: the rest then leaves a gap, and the ladder is not whole
    }
  })
  const sorted = withStrikes
    .sort((a, b) => a.low - b.low || (a.market.ticker < b.market.ticker ? -1 : 1))
    .map(({ market }) => market)
  const winners = sorted.flatMap(({ result }, k) => (result === 'yes' ? [k] : []))
  return {
    rungs: sorted.map(({ ticker, market_id }) => ({ ticker, prices: prices.get(market_id) ?? null })),
    whole: ladderFault(sorted) === null,
    outcome: winners.length === 1 ? winners[0]! : -1,
  }
}

/** Index of the newest entry at or before `minute` in `endMinute[from, to)`, ascending; -1 where there is none. */
export function newestAt(endMinute: Int32Array, minute: number, from: number, to: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (endMinute[middle]! <= minute) low = middle + 1
    else high = middle
  }
  return low > from ? low - 1 : -1
}

/**
 * A market's mid in cents as it was known at a minute; NaN where the newest row is older than MAX_QUOTE_AGE minutes or
 * states an empty side.
 */
export function priceAsOf(prices: Prices | null, minute: number): number {
  if (!prices) return Number.NaN
  const at = newestAt(prices.endMinute, minute, 0, prices.endMinute.length)
  return at < 0 || minute - prices.endMinute[at]! > MAX_QUOTE_AGE ? Number.NaN : prices.mid[at]!
}
