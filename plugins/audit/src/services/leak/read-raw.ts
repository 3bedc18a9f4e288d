import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import { type Database, readCandles, readMarkets, readObservations, readSettlements, readTrades } from 'kwx/database'
import { climateDayEnd, climateDayStart, minuteToMs, parseDay } from 'kwx/time'

import { byKnown } from './cut-at.ts'
import type { RawData, RawPrices } from './raw-data.ts'

/** Reports are read from this many days before the first event: a ladder trades from the day before. */
const DAYS_BEFORE = 2

type Span = Pick<ProductionConfig, 'start_date' | 'end_date' | 'observation_station'>

/** The raw rows of a configuration's city and span, but for prices. */
export async function readRaw(db: Database, city: City, config: Span): Promise<RawData> {
  const [fromDay, toDay] = [parseDay(config.start_date), parseDay(config.end_date)]
  const observations = await readObservations(db, {
    station: config.observation_station ?? city.station,
    fromMs: minuteToMs(climateDayStart(fromDay - DAYS_BEFORE, city.standardOffset)),
    toMs: minuteToMs(climateDayEnd(toDay + 1, city.standardOffset)),
  })
  return {
    markets: await readMarkets(db, { city: city.id, fromDay, toDay }),
    observations: byKnown(observations),
    settlements: await readSettlements(db, { city: city.id, fromDay: fromDay - 1, toDay }),
  }
}

/** Prints or candles of some markets, by market id. */
export async function readRawPrices(
  db: Database,
  marketIds: readonly number[],
  kind: ProductionConfig['price_source'],
): Promise<Map<number, RawPrices>> {
  const prices = new Map<number, RawPrices>()
  if (kind === 'trades') {
    for await (const { marketId, ...trades } of readTrades(db, marketIds)) prices.set(marketId, { kind, ...trades })
  } else {
    for await (const { marketId, ...candles } of readCandles(db, marketIds)) prices.set(marketId, { kind, ...candles })
  }
  return prices
}
