import { createHash } from 'node:crypto'

import type { Database } from 'kwx/database'

/** Everything that an ingest leaves, without ids and times of receipt: equal ingests give equal rows. */
export async function ingestedRows(db: Database) {
  const markets = await db
    .selectFrom('markets')
    .innerJoin('events', 'events.event_id', 'markets.event_id')
    .select([
      'markets.ticker',
      'events.ticker as event',
      'series_ticker',
      'city',
      'day',
      'origin',
      'strike_type',
      'floor_strike',
    ])
    .select(['cap_strike', 'open_ms', 'close_ms', 'status', 'result', 'expiration_value', 'volume_centi'])
    .orderBy('markets.ticker')
    .execute()
  const trades = await db
    .selectFrom('trades')
    .innerJoin('markets', 'markets.market_id', 'trades.market_id')
    .select(['ticker', 'ordinal', 'ts_ms', 'price', 'count_centi', 'taker_yes'])
    .orderBy('ticker')
    .orderBy('ordinal')
    .execute()
  const candles = await db
    .selectFrom('candles')
    .innerJoin('markets', 'markets.market_id', 'candles.market_id')
    .selectAll('candles')
    .select('ticker')
    .orderBy('ticker')
    .orderBy('end_minute')
    .execute()
  const observations = await db
    .selectFrom('observations')
    .selectAll()
    .orderBy('station')
    .orderBy('valid_ms')
    .orderBy('report_type')
    .execute()
  const settlements = await db.selectFrom('settlements').selectAll().orderBy('day').orderBy('issued_ms').execute()
  const completeness = await db
    .selectFrom('completeness')
    .select(['city', 'day', 'kind', 'source', 'expected', 'received', 'complete'])
    .orderBy('day')
    .orderBy('kind')
    .execute()
  return {
    markets,
    trades,
    candles: candles.map(({ market_id: _, ...row }) => row),
    observations,
    settlements,
    completeness,
  }
}

export const digestOf = (rows: unknown): string => createHash('sha256').update(JSON.stringify(rows)).digest('hex')
