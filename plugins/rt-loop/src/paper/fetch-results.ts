import { runQuery, saveMarkets } from 'kwx/database'
import { type KalshiMarket, marketInput } from 'kwx/sources'

import type { NewsWorld } from '../feed/news-world.ts'

/** An event that waits for its result. */
interface Awaited {
  readonly ticker: string
  readonly series_ticker: string
  readonly city: string
  readonly day: number
  readonly first_close_ms: number | null
  readonly last_close_ms: number | null
}

/**
 * Brings the markets of events again in which positions wait for the exchange's result: from the live tier, or from
 * the archive once they are there.
 *
 * @returns markets that were found
 */
export async function fetchResults(world: NewsWorld, loop: string): Promise<number> {
  const events = await runQuery<Awaited>(
    world.db,
    `select events.ticker, series_ticker, city, day, min(markets.close_ms) as first_close_ms, max(markets.close_ms) as last_close_ms
     from events join markets using (event_id)
     where event_id in (
       select event_id from paper_positions join paper_portfolios using (portfolio_id) join markets using (market_id)
       where loop = $1 and close_ms <= $2)
     group by events.event_id order by events.ticker`,
    [loop, world.clock.now()],
  )
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
