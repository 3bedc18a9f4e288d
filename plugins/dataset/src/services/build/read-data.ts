import type { City } from 'kwx/cities'
import { type Database, readCandles, readMarkets, readObservations, readSettlements, readTrades } from 'kwx/database'
import { pricesFromCandles, pricesFromTrades } from 'kwx/features'
import { climateDayEnd, climateDayStart, minuteToMs, parseDay } from 'kwx/time'

import { stationOf } from './check-data.ts'
import type { DatasetData } from './data.ts'
import type { DatasetConfig } from './dataset-config.ts'

/** Reports are read from this many days before the first event: a ladder trades from the day before. */
const DAYS_BEFORE = 2

/** Reads what `buildDataset` needs of one city and span; prices stream, the rest is small. */
export async function readData(db: Database, city: City, config: DatasetConfig): Promise<DatasetData> {
  const [fromDay, toDay] = [parseDay(config.start_date), parseDay(config.end_date)]
  return {
    markets: await readMarkets(db, { city: city.id, fromDay, toDay }),
    observations: await readObservations(db, {
      station: stationOf(city, config.observation_station),
      fromMs: minuteToMs(climateDayStart(fromDay - DAYS_BEFORE, city.standardOffset)),
      toMs: minuteToMs(climateDayEnd(toDay + 1, city.standardOffset)),
    }),
    settlements: await readSettlements(db, { city: city.id, fromDay: fromDay - 1, toDay }),
    async *prices(markets) {
      const ids = markets.map(({ market_id }) => market_id)
      if (config.price_source === 'trades') {
        for await (const { marketId, ...trades } of readTrades(db, ids))
          yield { marketId, prices: pricesFromTrades(trades) }
      } else {
        for await (const { marketId, ...candles } of readCandles(db, ids))
          yield { marketId, prices: pricesFromCandles(candles) }
      }
    },
  }
}
