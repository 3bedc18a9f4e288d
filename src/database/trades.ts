import { bulkLoad } from './bulk-load.ts'
import type { Database } from './open-database.ts'

/** Prints as a struct of arrays of equal length; units as in schema.ts. */
export interface TradeRows {
  marketId: Int32Array
  /** The exchange's order within the market, from 0. */
  ordinal: Int32Array
  tsMs: Float64Array
  price: Int16Array
  countCenti: Int32Array
  /** 1 when the taker bought YES, else 0. */
  takerYes: Uint8Array
}

/** Loads prints; one that is there (same market and ordinal) takes the new values. The rules are those of `bulkLoad`. */
export function loadTrades(db: Database, rows: TradeRows): Promise<{ rows: number }> {
  return bulkLoad(
    db,
    {
      table: 'trades',
      keys: ['market_id', 'ordinal'],
      columns: [
        { name: 'market_id', type: 'int4', values: rows.marketId },
        { name: 'ordinal', type: 'int4', values: rows.ordinal },
        { name: 'ts_ms', type: 'int8', values: rows.tsMs },
        { name: 'price', type: 'int2', values: rows.price },
        { name: 'count_centi', type: 'int4', values: rows.countCenti },
        { name: 'taker_yes', type: 'bool', values: rows.takerYes },
      ],
    },
    rows.marketId.length,
  )
}
