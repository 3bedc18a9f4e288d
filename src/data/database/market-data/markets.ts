import type { MarketRow } from '../../../domain/market/market.ts'
import type { StrikeType } from '../../../domain/market/settles-yes.ts'
import type { Origin } from '../../../domain/origin.ts'
import { breathe } from '../bulk/bulk-load.ts'
import { inTransaction } from '../connection/run-query.ts'
import { integer, statement, text } from '../connection/statement.ts'
import type { Database } from '../database.ts'
import type { MarketsTable } from '../schema.ts'

/** A market as a source describes it: the columns of `markets` without the ids. */
export type MarketInput = Omit<MarketsTable, 'market_id' | 'event_id'>

export interface EventInput {
  ticker: string
  seriesTicker: string
  city: string
  /** Climate day. */
  day: number
  origin: Origin
  markets: readonly MarketInput[]
}

const MARKETS_PER_STATEMENT = 2000

/**
 * Writes events, their series and their markets; what is there already is brought up to date.
 *
 * A known result, settlement value, open or close time or volume is never replaced by null, and an event keeps the
 * origin it came with. Of two markets with one ticker the later one counts.
 *
 * @returns market_id by ticker, for every market given
 */
export async function saveMarkets(db: Database, events: readonly EventInput[]): Promise<Map<string, number>> {
  const eventRows = [...new Map(events.map((event) => [event.ticker, event])).values()].map(
    ({ ticker, seriesTicker: series_ticker, city, day, origin }) => ({ ticker, series_ticker, city, day, origin }),
  )
  const marketRows = [
    ...new Map(
      events.flatMap(({ ticker: event, markets }) => markets.map((market) => [market.ticker, { ...market, event }])),
    ).values(),
  ].sort(byTicker)
  eventRows.sort(byTicker)
  const ids = new Map<string, number>()
  await inTransaction(db, async (trx) => {
    await insertSeries.run(trx, [JSON.stringify(eventRows)])
    await upsertEvents.run(trx, [JSON.stringify(eventRows)])
    for (let from = 0; from < marketRows.length; from += MARKETS_PER_STATEMENT) {
      const some = marketRows.slice(from, from + MARKETS_PER_STATEMENT)
      await upsertMarkets.run(trx, [JSON.stringify(some)])
      const saved = await marketIdsByTicker.rows(trx, [some.map(({ ticker }) => ticker)])
      for (const { ticker, market_id } of saved) ids.set(ticker, market_id)
      await breathe()
    }
  })
  return ids
}

// One order for everybody: two processes that write the same rows wait for each other instead of locking up.
const byTicker = (a: { ticker: string }, b: { ticker: string }): number => (a.ticker < b.ticker ? -1 : 1)

export const marketIdsByTicker = statement({
  text: 'select ticker, market_id from markets where ticker = any($1::text[])',
  columns: { ticker: text(), market_id: integer() },
})

export const insertSeries = statement({
  text: `
  insert into series (ticker, city)
  select distinct on (series_ticker) series_ticker, city
  from jsonb_to_recordset($1::jsonb) as given (series_ticker text, city text)
  order by series_ticker
  on conflict (ticker) do nothing`,
})

export const upsertEvents = statement({
  text: `
  insert into events as known (ticker, series_ticker, city, day, origin)
  select ticker, series_ticker, city, day, origin
  from jsonb_to_recordset($1::jsonb)
    as given (ticker text, series_ticker text, city text, day integer, origin text)
  on conflict (ticker) do update
    set series_ticker = excluded.series_ticker, city = excluded.city, day = excluded.day
    where (known.series_ticker, known.city, known.day)
      is distinct from (excluded.series_ticker, excluded.city, excluded.day)`,
})

const FACTS = ['floor_strike', 'cap_strike', 'open_ms', 'close_ms', 'result', 'expiration_value', 'volume_centi']
const PLAIN = ['event_id', 'strike_type', 'status']

export const upsertMarkets = statement({
  text: `
  insert into markets as known (event_id, ticker, strike_type, floor_strike, cap_strike, open_ms, close_ms, status,
    result, expiration_value, volume_centi)
  select events.event_id, given.ticker, strike_type, floor_strike, cap_strike, open_ms, close_ms, status, result,
    expiration_value, volume_centi
  from jsonb_to_recordset($1::jsonb)
    as given (event text, ticker text, strike_type text, floor_strike integer, cap_strike integer, open_ms bigint,
      close_ms bigint, status text, result text, expiration_value double precision, volume_centi bigint)
  join events on events.ticker = given.event
  order by given.ticker
  on conflict (ticker) do update set
    ${PLAIN.map((name) => `${name} = excluded.${name}`).join(', ')},
    ${FACTS.map((name) => `${name} = coalesce(excluded.${name}, known.${name})`).join(', ')}
  where (${[...PLAIN, ...FACTS].map((name) => `known.${name}`).join(', ')}) is distinct from
    (${PLAIN.map((name) => `excluded.${name}`).join(', ')},
     ${FACTS.map((name) => `coalesce(excluded.${name}, known.${name})`).join(', ')})`,
})

/**
 * Markets of one city with their events, ordered by day and ticker.
 *
 * @param toDay  inclusive, like `fromDay`; event days. Uses the index events(city, day).
 */
export function readMarkets(
  db: Database,
  { city, strikeType, fromDay, toDay }: { city: string; strikeType?: StrikeType; fromDay: number; toDay: number },
): Promise<MarketRow[]> {
  let query = db
    .selectFrom('markets')
    .innerJoin('events', 'events.event_id', 'markets.event_id')
    .selectAll('markets')
    .select(['events.ticker as event_ticker', 'events.series_ticker', 'events.city', 'events.day', 'events.origin'])
    .where('events.city', '=', city)
    .where('events.day', '>=', fromDay)
    .where('events.day', '<=', toDay)
  if (strikeType) query = query.where('markets.strike_type', '=', strikeType)
  return query.orderBy('events.day').orderBy('markets.ticker').execute()
}
