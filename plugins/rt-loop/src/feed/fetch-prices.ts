import { type MarketRow, readMarkets } from 'kwx/database'
import { MS_PER_MINUTE } from 'kwx/time'

import type { FeedWorld } from '../loop/loop-types.ts'
import type { Pair } from '../signals/pair.ts'
import { MOST_BEHIND, tradingDays } from '../signals/trading-days.ts'
import type { PriceKeeper } from './price-keeper.ts'

const CANDLES_PER_REQUEST = 100
/** The exchange refuses more than 10,000 minutes times markets; both ends count. */
const MOST_PERIODS = 9000

/**
 * The markets of a pair's city that trade, or did until two minutes ago.
 *
 * @param sinceMs  those as well that closed from here on: what a loop that was away has missed; null for none
 */
export async function openMarkets(
  { db, clock }: Pick<FeedWorld, 'db' | 'clock'>,
  { city }: Pick<Pair, 'city'>,
  sinceMs: number | null = null,
): Promise<MarketRow[]> {
  const now = clock.now()
  const fromMs = Math.max(Math.min(sinceMs ?? now, now - 2 * MS_PER_MINUTE), now - MOST_BEHIND * MS_PER_MINUTE)
  const [fromDay, toDay] = [tradingDays(city, fromMs)[0], tradingDays(city, now)[1]]
  const markets = await readMarkets(db, { city: city.id, fromDay, toDay })
  return markets.filter(({ close_ms }) => close_ms === null || close_ms >= fromMs)
}

/**
 * Brings the prices of a pair's markets that trade, or did since, into the database.
 *
 * @param sinceMs  before it everything is there already; null: from the opening of each market
 * @returns rows that were not there
 */
export async function fetchPrices(
  world: FeedWorld,
  keeper: PriceKeeper,
  pair: Pick<Pair, 'city' | 'loaded'>,
  sinceMs: number | null,
): Promise<number> {
  const markets = await openMarkets(world, pair, sinceMs)
  const { price_source } = pair.loaded.config
  return (price_source === 'trades' ? fetchTrades : fetchCandles)(world, keeper, markets, sinceMs)
}

const secondOf = (ms: number): number => Math.floor(ms / 1000) * 1000

async function fetchTrades(
  { sources }: FeedWorld,
  keeper: PriceKeeper,
  markets: readonly MarketRow[],
  since: number | null,
): Promise<number> {
  let written = 0
  for (const { market_id: marketId, ticker, open_ms } of markets) {
    const sinceMs = secondOf(Math.max(since ?? 0, open_ms ?? 0))
    const trades = await sources.kalshi.recentTrades(ticker, sinceMs)
    written += await keeper.keepTapes([{ market: { marketId, ticker }, sinceMs, trades }])
  }
  return written
}

async function fetchCandles(
  { sources, clock }: FeedWorld,
  keeper: PriceKeeper,
  markets: readonly MarketRow[],
  sinceMs: number | null,
): Promise<number> {
  const now = Math.floor(clock.now() / MS_PER_MINUTE)
  let written = 0
  for (let from = 0; from < markets.length; from += CANDLES_PER_REQUEST) {
    const some = markets.slice(from, from + CANDLES_PER_REQUEST)
    const opened = Math.min(...some.map(({ open_ms }) => open_ms ?? clock.now()))
    const first = Math.floor(Math.max(sinceMs ?? 0, opened) / MS_PER_MINUTE)
    for (const [start, end] of spans(first, now, Math.floor(MOST_PERIODS / some.length))) {
      const found = await sources.kalshi.recentCandles(
        some.map(({ ticker }) => ticker),
        start,
        end,
      )
      written += await keeper.keepCandles(
        some.flatMap(({ market_id: marketId, ticker }) => {
          const candles = found.get(ticker) ?? []
          return candles.length === 0 ? [] : [{ market: { marketId, ticker }, candles }]
        }),
      )
    }
  }
  return written
}

function spans(first: number, last: number, most: number): [number, number][] {
  const out: [number, number][] = []
  for (let from = first; from <= last; from += most) out.push([from, Math.min(last, from + most - 1)])
  return out
}
