import { bulkLoad } from '../bulk/bulk-load.ts'
import { packedStatements, readPacked } from '../bulk/read-packed.ts'
import type { Database } from '../database.ts'

/** Tops of book as a struct of arrays of equal length: 1e-4 dollars of YES and 1e-2 contracts, -1 where there is none. */
export interface QuoteRows {
  marketId: Int32Array
  tsMs: Float64Array
  bid: Int16Array
  ask: Int16Array
  /** -1 where the recording has a price and no size. */
  bidSizeCenti: Int32Array
  askSizeCenti: Int32Array
}

/** Loads quotes; of two at one millisecond of a market the later given stays. The rules are those of `bulkLoad`. */
export function loadQuotes(db: Database, rows: QuoteRows): Promise<{ rows: number }> {
  return bulkLoad(
    db,
    {
      table: 'quotes',
      keys: ['market_id', 'ts_ms'],
      columns: [
        { name: 'market_id', type: 'int4', values: rows.marketId },
        { name: 'ts_ms', type: 'int8', values: rows.tsMs },
        { name: 'bid', type: 'int2', values: rows.bid, nullValue: -1 },
        { name: 'ask', type: 'int2', values: rows.ask, nullValue: -1 },
        { name: 'bid_size_centi', type: 'int4', values: rows.bidSizeCenti, nullValue: -1 },
        { name: 'ask_size_centi', type: 'int4', values: rows.askSizeCenti, nullValue: -1 },
      ],
    },
    rows.marketId.length,
  )
}

/** The quotes of one market in the order of time. */
export interface QuoteSeries extends Omit<QuoteRows, 'marketId'> {
  marketId: number
  /** Number of quotes, the length of every array. */
  n: number
}

const QUOTE_BYTES = 20

export const packedQuotes = packedStatements({
  table: 'quotes',
  bytes: `int8send(ts_ms) || int2send(coalesce(bid, -1::smallint)) || int2send(coalesce(ask, -1::smallint)) ||
    int4send(coalesce(bid_size_centi, -1)) || int4send(coalesce(ask_size_centi, -1))`,
  order: 'ts_ms',
})

/**
 * Quotes of some markets, one series per market that has any, in the order of the ids.
 *
 * @param since  for each market the first millisecond to read; absent: all
 */
export async function* readQuotes(
  db: Database,
  marketIds: readonly number[],
  since?: readonly number[],
): AsyncGenerator<QuoteSeries> {
  const packed = readPacked(db, marketIds, packedQuotes, { since })
  for await (const { marketId, view } of packed) {
    const n = view.byteLength / QUOTE_BYTES
    const series: QuoteSeries = {
      marketId,
      n,
      tsMs: new Float64Array(n),
      bid: new Int16Array(n),
      ask: new Int16Array(n),
      bidSizeCenti: new Int32Array(n),
      askSizeCenti: new Int32Array(n),
    }
    for (let i = 0, at = 0; i < n; i++, at += QUOTE_BYTES) {
      series.tsMs[i] = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
      series.bid[i] = view.getInt16(at + 8)
      series.ask[i] = view.getInt16(at + 10)
      series.bidSizeCenti[i] = view.getInt32(at + 12)
      series.askSizeCenti[i] = view.getInt32(at + 16)
    }
    yield series
  }
}
