import { type RowOf, saveMarkets } from 'kwx/database'
import { type KalshiMarket, marketInput } from 'kwx/sources'

import type { NewsWorld } from '../feed/news-world.ts'
import { eventsWithoutResult } from '../storage/event-results.ts'

/** An event that waits for its result. */
type Awaited = RowOf<typeof eventsWithoutResult>

/**
 * Brings the markets of events again in which positions wait for the exchange's result: from the live tier, or from
 * the archive once they are there.
 *
 * @returns markets that were found
 */
export async function fetchResults(world: NewsWorld, loop: string): Promise<number> {
  const events = await eventsWithoutResult.rows(world.db, [loop, world.clock.now()])
  let found = 0
  for (const event of events) found += await fetchEvent(world, event)
  return found
}

/** Brings the markets of one event again. @returns markets that were found */
export async function fetchEvent(
  { db, sources, onMarkets }: NewsWorld,
  { ticker, series_ticker: seriesTicker, city, day, first_close_ms, last_close_ms }: Awaited,
): Promise<number> {
  const span = { fromMs: (first_close_ms ?? 0) - 1000, toMs: (last_close_ms ?? 0) + 1000 }
  const keep = (event: string) => event === ticker
  const asked = (tier: 'live' | 'historical') => sources.kalshi.markets({ seriesTicker, tier, ...span, keep })
  const live = await asked('live')
  const markets: readonly KalshiMarket[] = live.length > 0 ? live : await asked('historical')
  const origin = sources.kalshi.origin()
  await saveMarkets(db, [{ ticker, seriesTicker, city, day, origin, markets: markets.map(marketInput) }])
  onMarkets()
  return markets.length
}
