import type { ProductionConfig } from 'kwx/config'
import { type Database, type MarketRow, readCandles, readTrades } from 'kwx/database'
import { MS_PER_MINUTE } from 'kwx/time'

import type { DayTally } from './day-tally.ts'

/** The price rows of one event. */
interface EventPrices {
  readonly tally: DayTally
  /** Rows on the event's own climate day and on the day before, when its ladder opens. */
  tradable: number
}

/** Counts the prints or candles of markets by event, and on which day each lies. */
export async function tallyPrices({
  db,
  markets,
  priceSource,
  tally,
  signal,
}: {
  readonly db: Database
  readonly markets: readonly MarketRow[]
  readonly priceSource: ProductionConfig['price_source']
  readonly tally: () => DayTally
  readonly signal?: AbortSignal | undefined
}): Promise<Map<string, EventPrices>> {
  const byId = new Map(markets.map((market) => [market.market_id, market]))
  const events = new Map<string, EventPrices>()
  const count = (marketId: number, n: number, minuteOf: (i: number) => number) => {
    signal?.throwIfAborted()
    const { event_ticker, day } = byId.get(marketId)!
    const event = events.get(event_ticker) ?? { tally: tally(), tradable: 0 }
    events.set(event_ticker, event)
    for (let i = 0; i < n; i++) {
      const climate = event.tally.add(minuteOf(i), day)
      if (climate === day || climate === day - 1) event.tradable++
    }
  }
  const ids = [...byId.keys()]
  if (priceSource === 'trades') {
    for await (const { marketId, n, tsMs } of readTrades(db, ids)) {
      count(marketId, n, (i) => Math.floor(tsMs[i]! / MS_PER_MINUTE))
    }
  } else {
    for await (const { marketId, n, endMinute } of readCandles(db, ids)) {
      count(marketId, n, (i) => endMinute[i]! - 1)
    }
  }
  return events
}
