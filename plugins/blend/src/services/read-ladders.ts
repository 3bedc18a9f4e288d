import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import { type Database, type MarketRow, readCandles, readMarkets, readTrades } from 'kwx/database'
import {
  closeMinuteOf,
  type EventLadder,
  eventLadder,
  type Prices,
  pricesFromCandles,
  pricesFromTrades,
  pricesUntil,
} from 'kwx/features'

/** Days of markets whose prices are in memory at once. */
const BATCH_DAYS = 14

/**
 * The ladders of some event days with the prices of all their markets, every bracket, a batch of days at a time.
 *
 * Prices come from the source that the configuration names, as the dataset's own did.
 *
 * @param days  distinct event days, ascending
 * @yields event ticker -> ladder
 */
export async function* readLadders(
  db: Database,
  city: City,
  { price_source }: Pick<ProductionConfig, 'price_source'>,
  days: readonly number[],
): AsyncGenerator<{ readonly days: ReadonlySet<number>; readonly ladders: ReadonlyMap<string, EventLadder> }> {
  for (let from = 0; from < days.length; from += BATCH_DAYS) {
    const batch = new Set(days.slice(from, from + BATCH_DAYS))
    const span = { city: city.id, fromDay: Math.min(...batch), toDay: Math.max(...batch) }
    const markets = (await readMarkets(db, span)).filter(({ day }) => batch.has(day))
    const prices = await readPrices(db, markets, price_source, city.standardOffset)
    const ladders = new Map<string, EventLadder>()
    for (const [event, group] of Map.groupBy(markets, ({ event_ticker }) => event_ticker)) {
      ladders.set(event, eventLadder(group, prices))
    }
    yield { days: batch, ladders }
  }
}

async function readPrices(
  db: Database,
  markets: readonly MarketRow[],
  source: ProductionConfig['price_source'],
  standardOffset: number,
): Promise<Map<number, Prices>> {
  const marketOf = new Map(markets.map((market) => [market.market_id, market]))
  const ids = [...marketOf.keys()]
  const prices = new Map<number, Prices>()
  const add = (id: number, all: Prices) =>
    prices.set(id, pricesUntil(all, closeMinuteOf(marketOf.get(id)!, standardOffset)))
  if (source === 'trades') {
    for await (const { marketId, ...trades } of readTrades(db, ids)) add(marketId, pricesFromTrades(trades))
  } else {
    for await (const { marketId, ...candles } of readCandles(db, ids)) add(marketId, pricesFromCandles(candles))
  }
  return prices
}
