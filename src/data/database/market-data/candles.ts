import { bulkLoad } from '../bulk/bulk-load.ts'
import type { BulkColumn } from '../bulk/copy.ts'
import { packedStatements, readPacked } from '../bulk/read-packed.ts'
import type { Database } from '../database.ts'

/** Open, high, low and close, 1e-4 dollars, -1 where there is none. */
export interface CandlePrices {
  open: Int16Array
  high: Int16Array
  low: Int16Array
  close: Int16Array
}

/** Candles as a struct of arrays of equal length; units as in schema.ts. */
export interface CandleRows {
  marketId: Int32Array
  /** Length of the bar; absent: one minute. */
  periodMinutes?: Int32Array
  endMinute: Int32Array
  price: CandlePrices
  bid: CandlePrices
  ask: CandlePrices
  volumeCenti: Int32Array
  openInterestCenti: Int32Array
}

/** Loads candles; a candle that is there takes the new values. The rules are those of `bulkLoad`. */
export function loadCandles(db: Database, rows: CandleRows): Promise<{ rows: number }> {
  const count = rows.marketId.length
  const sides = (['price', 'bid', 'ask'] as const).flatMap((side) =>
    (['open', 'high', 'low', 'close'] as const).map(
      (field): BulkColumn => ({ name: `${side}_${field}`, type: 'int2', values: rows[side][field], nullValue: -1 }),
    ),
  )
  return bulkLoad(
    db,
    {
      table: 'candles',
      keys: ['market_id', 'period_minutes', 'end_minute'],
      columns: [
        { name: 'market_id', type: 'int4', values: rows.marketId },
        { name: 'period_minutes', type: 'int2', values: rows.periodMinutes ?? new Int32Array(count).fill(1) },
        { name: 'end_minute', type: 'int4', values: rows.endMinute },
        ...sides,
        { name: 'volume_centi', type: 'int4', values: rows.volumeCenti },
        { name: 'open_interest_centi', type: 'int4', values: rows.openInterestCenti },
      ],
    },
    count,
  )
}

/** What a model may see of the candles of one market, ordered by time; prices are -1 where there is none. */
export interface CandleSeries {
  marketId: number
  /** Number of candles, the length of every array. */
  n: number
  endMinute: Int32Array
  priceClose: Int16Array
  bidClose: Int16Array
  askClose: Int16Array
  volumeCenti: Int32Array
}

const CANDLE_BYTES = 14

export const packedCandles = packedStatements({
  table: 'candles',
  bytes: `int4send(end_minute) || int2send(coalesce(price_close, -1::smallint)) ||
    int2send(coalesce(bid_close, -1::smallint)) || int2send(coalesce(ask_close, -1::smallint)) ||
    int4send(volume_centi)`,
  where: 'period_minutes = $3::smallint',
  order: 'end_minute',
})

/**
 * Candles of some markets, one series per market that has any, in the order of the ids.
 *
 * `since` holds for each market the first end minute to read; absent: all.
 *
 * Fastest of four ways measured: 518,400 candles in 0.5 s on the embedded database, where row objects take 8.5 s.
 */
export async function* readCandles(
  db: Database,
  marketIds: readonly number[],
  { periodMinutes = 1, since }: { periodMinutes?: number; since?: readonly number[] } = {},
): AsyncGenerator<CandleSeries> {
  const packed = readPacked(db, marketIds, packedCandles, { since, parameters: [Math.trunc(periodMinutes)] })
  for await (const { marketId, view } of packed) {
    const n = view.byteLength / CANDLE_BYTES
    const series: CandleSeries = {
      marketId,
      n,
      endMinute: new Int32Array(n),
      priceClose: new Int16Array(n),
      bidClose: new Int16Array(n),
      askClose: new Int16Array(n),
      volumeCenti: new Int32Array(n),
    }
    for (let i = 0, at = 0; i < n; i++, at += CANDLE_BYTES) {
      series.endMinute[i] = view.getInt32(at)
      series.priceClose[i] = view.getInt16(at + 4)
      series.bidClose[i] = view.getInt16(at + 6)
      series.askClose[i] = view.getInt16(at + 8)
      series.volumeCenti[i] = view.getInt32(at + 10)
    }
    yield series
  }
}
