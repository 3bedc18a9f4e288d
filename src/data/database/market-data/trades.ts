import { bulkLoad } from '../bulk/bulk-load.ts'
import { packedStatements, readPacked } from '../bulk/read-packed.ts'
import type { Database } from '../database.ts'

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

/** The prints of one market in the exchange's order. */
export interface TradeSeries extends Omit<TradeRows, 'marketId' | 'ordinal'> {
  marketId: number
  /** Number of prints, the length of every array. */
  n: number
}

const TRADE_BYTES = 15

export const packedTrades = packedStatements({
  table: 'trades',
  bytes: 'int8send(ts_ms) || int2send(price) || int4send(count_centi) || boolsend(taker_yes)',
  order: 'ordinal',
})

/**
 * Prints of some markets, one series per market that has any, in the order of the ids.
 *
 * @param since  for each market the first ordinal to read; absent: all
 */
export async function* readTrades(
  db: Database,
  marketIds: readonly number[],
  since?: readonly number[],
): AsyncGenerator<TradeSeries> {
  const packed = readPacked(db, marketIds, packedTrades, { since })
  for await (const { marketId, view } of packed) {
    const n = view.byteLength / TRADE_BYTES
    const series: TradeSeries = {
      marketId,
      n,
      tsMs: new Float64Array(n),
      price: new Int16Array(n),
      countCenti: new Int32Array(n),
      takerYes: new Uint8Array(n),
    }
    for (let i = 0, at = 0; i < n; i++, at += TRADE_BYTES) {
      series.tsMs[i] = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
      series.price[i] = view.getInt16(at + 8)
      series.countCenti[i] = view.getInt32(at + 10)
      series.takerYes[i] = view.getUint8(at + 14)
    }
    yield series
  }
}
