import type { Benchmark } from '../config/production-config.ts'
import { benchmarkProbability, ladderFault, readingsAt, yesDegrees } from '../market/index.ts'
import type { MarketRow } from '../market/market.ts'
import { MAX_QUOTE_AGE } from './ladder-view.ts'
import { type Prices, rowsUntil } from './prices.ts'

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

/**
 * Index of the newest of the ascending minutes that is at most MAX_QUOTE_AGE minutes old at `minute`; -1 where there is
 * none.
 */
export function freshAt(endMinute: Int32Array, minute: number): number {
  const at = rowsUntil(endMinute, minute) - 1
  return at >= 0 && minute - endMinute[at]! <= MAX_QUOTE_AGE ? at : -1
}

/** A market's mid in cents as it was known at a minute; NaN where the newest row is old or states an empty side. */
export function priceAsOf(prices: Prices | null, minute: number): number {
  if (!prices) return Number.NaN
  const at = freshAt(prices.endMinute, minute)
  return at < 0 ? Number.NaN : prices.mid[at]!
}

/**
 * The prices of a ladder at a minute as probabilities by a benchmark, clipped; NaN where a rung has no fresh one, or its
 * newest row states an empty side. The sides of a rung are as old as they are at the minute.
 *
 * @param own  index of a rung and its probability, where that is known from elsewhere
 */
export function ladderPrices(
  { rungs }: Pick<EventLadder, 'rungs'>,
  minute: number,
  benchmark: Benchmark,
  own?: { readonly rung: number; readonly price: number },
): Float64Array {
  return Float64Array.from(rungs, ({ prices }, k) => {
    if (k === own?.rung) return own.price
    const at = prices ? freshAt(prices.endMinute, minute) : -1
    if (!prices || at < 0 || Number.isNaN(prices.mid[at]!)) return Number.NaN
    const { last, middle } = readingsAt(prices, at, minute)
    return benchmarkProbability(benchmark, last, middle)
  })
}
