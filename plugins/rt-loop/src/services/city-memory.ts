import { type Database, type KeptRows, readCandles, readTrades } from 'kwx/database'
import { type Prices, pricesFromCandles, pricesFromTrades } from 'kwx/features'

import { type CityRows, type ReadPrices, readCityRows } from './city-rows.ts'
import type { Pair } from './pair.ts'
import { type Columns, withCandles, withPrints } from './price-columns.ts'

/** The rows of one market, and the price rows made of them; null when they must be made again. */
interface Known {
  columns: Columns | null
  prices: Prices | null
}

/**
 * The rows of one pair's city, kept between minutes: the price rows of a market are read once, and what is stored
 * afterwards is told.
 *
 * `forget` is for what may have changed elsewhere: a restart of the database, an import beside the loop.
 */
export class CityMemory {
  readonly #pair: Pick<Pair, 'city' | 'loaded' | 'station'>
  readonly #known = new Map<number, Known>()

  constructor(pair: Pick<Pair, 'city' | 'loaded' | 'station'>) {
    this.#pair = pair
  }

  /** As `readCityRows`, at the cost of what is new. */
  rows(db: Database, days: readonly [number, number]): Promise<CityRows> {
    return readCityRows(db, this.#pair, days, this.#prices)
  }

  /** Rows that were stored just now, in the order in which they were. */
  tell({ prints, candles }: Pick<KeptRows, 'prints' | 'candles'>): void {
    const news = this.#isOfTrades ? Map.groupBy(prints, of) : Map.groupBy(candles, of)
    for (const [marketId, rows] of news) {
      const known = this.#known.get(marketId)
      if (!known) continue // it will be read when it is asked for
      known.columns = this.#isOfTrades
        ? withPrints(known.columns, rows as KeptRows['prints'])
        : withCandles(known.columns, rows as KeptRows['candles'])
      known.prices = null
    }
  }

  forget(): void {
    this.#known.clear()
  }

  get #isOfTrades(): boolean {
    return this.#pair.loaded.config.price_source === 'trades'
  }

  readonly #prices: ReadPrices = async (db, ids) => {
    for (const id of this.#known.keys()) if (!ids.includes(id)) this.#known.delete(id)
    const unread = ids.filter((id) => !this.#known.has(id))
    for (const id of unread) this.#known.set(id, { columns: null, prices: null })
    if (unread.length > 0) {
      const read = this.#isOfTrades ? readTrades(db, unread) : readCandles(db, unread)
      for await (const { marketId, n: _, ...columns } of read) {
        this.#known.set(marketId, { columns: columns as unknown as Columns, prices: null })
      }
    }
    const prices = new Map<number, Prices>()
    for (const id of ids) {
      const known = this.#known.get(id)!
      if (!known.columns) continue
      known.prices ??= this.#isOfTrades
        ? pricesFromTrades(known.columns as never)
        : pricesFromCandles(known.columns as never)
      prices.set(id, known.prices)
    }
    return prices
  }
}

const of = ({ marketId }: { readonly marketId: number }) => marketId
