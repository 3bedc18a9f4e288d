import type { BulkColumn } from './bulk-columns.ts'
import { bulkLoad } from './bulk-load.ts'
import type { Database } from './open-database.ts'

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
