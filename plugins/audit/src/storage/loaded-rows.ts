/*
 * What the database holds of the cities, days and stations that may be audited.
 */
import { type City, stationsOf } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import type { Database, MarketRow } from 'kwx/database'

/** Event days, both inclusive. */
export interface Span {
  readonly fromDay: number
  readonly toDay: number
}

/** First and last event day of a city within the asked days; null where there is no event. */
export async function eventSpan(db: Database, city: string, asked: Partial<Span>): Promise<Span | null> {
  const { first, last } = await db
    .selectFrom('events')
    .select(({ fn }) => [fn.min('day').as('first'), fn.max('day').as('last')])
    .where('city', '=', city)
    .where('day', '>=', asked.fromDay ?? -1_000_000)
    .where('day', '<=', asked.toDay ?? 1_000_000)
    .executeTakeFirstOrThrow()
  // Without a row both are null, whatever their type says.
  return first === null || last === null ? null : { fromDay: first, toDay: last }
}

/** Ids of the cities that the database has events of, in order. */
export async function loadedCities(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('events').select('city').distinct().orderBy('city').execute()
  return rows.map(({ city }) => city)
}

/** Candles or trades: whichever more of the markets have; candles where both have as many. */
export async function priceSourceOf(
  db: Database,
  markets: readonly MarketRow[],
): Promise<ProductionConfig['price_source']> {
  const ids = markets.map(({ market_id }) => market_id)
  const withRows = async (table: 'candles' | 'trades') => {
    const { n } = await db
      .selectFrom('markets')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('market_id', 'in', ids)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom(table).select(`${table}.market_id`).whereRef(`${table}.market_id`, '=', 'markets.market_id')),
      )
      .executeTakeFirstOrThrow()
    return Number(n)
  }
  return (await withRows('candles')) >= (await withRows('trades')) ? 'candles' : 'trades'
}

/** The city's settlement station, or the first of its proxies that the database has reports of where it has none. */
export async function stationOf(db: Database, city: City): Promise<string> {
  for (const station of stationsOf(city)) {
    const row = await db.selectFrom('observations').select('station').where('station', '=', station).limit(1).execute()
    if (row.length > 0) return station
  }
  return city.station
}
