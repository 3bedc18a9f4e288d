import type { CandlesTable, Database, TradesTable } from 'kwx/database'
import { bigint, integer, json, nullable, statement, text } from 'kwx/database'
import type { RtLateRowsTable } from './tables.ts'

/**
 * A row that came after its minute had been processed: `after_minute` is the last minute that was done without it.
 *
 * `was` is what stood in its place, null where nothing did.
 */
export type LateRow = Readonly<Pick<RtLateRowsTable, 'market_id' | 'at_ms' | 'after_minute' | 'received_ms'>> &
  (
    | { readonly kind: 'print'; readonly came: LateTrade; readonly was: null }
    | { readonly kind: 'candle'; readonly came: LateCandle; readonly was: LateCandle | null }
  )

type LateTrade = Readonly<Pick<TradesTable, 'price' | 'count_centi' | 'taker_yes'>>

/** What a model or its benchmark sees of a candle; null for an empty side, and for no trade. */
export type LateCandle = Readonly<Pick<CandlesTable, 'bid_close' | 'ask_close' | 'volume_centi'>> & {
  /** Absent in rows that were stored before benchmarks read it. */
  readonly price_close?: CandlesTable['price_close']
}

/** SQL that inserts late rows. @param given  SQL of the rows as JSON */
export const insertLateRows = (given: string) => `
  insert into rt_late_rows (market_id, kind, at_ms, after_minute, came, was, received_ms)
  select market_id, kind, at_ms, after_minute, came, nullif(was, 'null'::jsonb), received_ms
  from jsonb_to_recordset(${given}) as given (market_id integer, kind text, at_ms bigint, after_minute integer,
    came jsonb, was jsonb, received_ms bigint)`

export const lateRowsSince = statement({
  text: `
    select market_id, kind, at_ms, after_minute, came, was, received_ms from rt_late_rows
    where market_id = any($1::integer[]) and after_minute >= $2 order by late_id`,
  columns: {
    market_id: integer(),
    kind: text<RtLateRowsTable['kind']>(),
    at_ms: bigint(),
    after_minute: integer(),
    came: json<LateTrade | LateCandle>(),
    was: nullable(json<LateCandle>()),
    received_ms: bigint(),
  },
})

/** Late rows of some markets that minutes from `fromMinute` on were done without, oldest first. */
export async function readLateRows(db: Database, marketIds: readonly number[], fromMinute: number): Promise<LateRow[]> {
  const rows = await lateRowsSince.rows(db, [marketIds, fromMinute])
  return rows.map(({ kind: _, came, was, ...row }) =>
    'price' in came ? { ...row, kind: 'print', came, was: null } : { ...row, kind: 'candle', came, was },
  )
}
