import { type City, feeFaults } from 'kwx/cities'
import { saveMarkets } from 'kwx/database'
import { eventDayOfTicker } from 'kwx/market'
import { type KalshiMarket, marketInput } from 'kwx/sources'
import { MS_PER_DAY } from 'kwx/time'
import { DAYS_AHEAD, tradingDays } from '../signals/trading-days.ts'
import type { NewsWorld } from './news-world.ts'
import { refuseFeeFaults } from './refuse-fee-faults.ts'

/**
 * Brings the markets of the events that trade into the database; once in some minutes is enough.
 *
 * @throws KwxError FEE_CHANGE_UNKNOWN (exit 5) when the exchange charges otherwise than the manifest says: a loop that does
 *   not know what an order costs works through no minute
 */
export async function fetchMarkets({ db, sources, clock, onMarkets }: NewsWorld, city: City): Promise<number> {
  const [first, last] = tradingDays(city, clock.now())
  const changes = []
  for (const { ticker } of city.series) changes.push(...(await sources.kalshi.feeChanges(ticker)))
  refuseFeeFaults(city, feeFaults(city, changes, first, last))
  const inSpan = (day: number | null): day is number => day !== null && day >= first && day <= last
  let found = 0
  for (const { ticker: seriesTicker } of city.series) {
    const markets = await sources.kalshi.markets({
      seriesTicker,
      tier: 'live',
      fromMs: clock.now(),
      toMs: clock.now() + (DAYS_AHEAD + 2) * MS_PER_DAY,
      keep: (event) => inSpan(eventDayOfTicker(event)),
    })
    const events = Map.groupBy(markets, (market: KalshiMarket) => market.eventTicker)
    await saveMarkets(
      db,
      [...events].map(([ticker, of]) => ({
        ticker,
        seriesTicker,
        city: city.id,
        day: eventDayOfTicker(ticker)!,
        origin: sources.kalshi.origin(),
        markets: of.map(marketInput),
      })),
    )
    onMarkets()
    found += markets.length
  }
  return found
}
