import { type Database, readCandles, readTrades } from 'kwx/database'
import { type Prices, pricesFromCandles, pricesFromTrades } from 'kwx/features'

import { type CityRows, type ReadPrices, readCityRows } from './city-rows.ts'
import type { Pair } from './pair.ts'

/** Columns of one market that only grow at their end. */
interface Grown {
  /** What to ask for next: the ordinal after the last print, or the first minute that may still change. */
  next: number
  columns: Record<string, ArrayLike<number>>
  prices: Prices
}

/** A candle may be told again for some minutes after its end; older ones stay as they are. */
const CANDLES_AGAIN = 5

/**
 * The rows of one pair's city, kept between ticks: each tick reads what came since.
 *
 * Prints are only ever added at the end. `forget` is for what may have changed elsewhere: a restart of the database, an
 * import beside the loop.
 */
export class CityMemory {
  readonly #pair: Pick<Pair, 'city' | 'loaded' | 'station'>
  readonly #known = new Map<number, Grown>()

  constructor(pair: Pick<Pair, 'city' | 'loaded' | 'station'>) {
    this.#pair = pair
  }

  /** As `readCityRows`, at the cost of what is new. */
  rows(db: Database, days: readonly [number, number]): Promise<CityRows> {
    return readCityRows(db, this.#pair, days, this.#prices)
  }

  forget(): void {
    this.#known.clear()
  }

  readonly #prices: ReadPrices = async (db, ids) => {
    for (const id of this.#known.keys()) if (!ids.includes(id)) this.#known.delete(id)
    const since = ids.map((id) => this.#known.get(id)?.next ?? 0)
    if (this.#pair.loaded.config.price_source === 'trades') {
      for await (const { marketId, n, ...news } of readTrades(db, ids, since)) {
        const columns = this.#grow(marketId, news, this.#known.get(marketId)?.next ?? 0)
        const prices = pricesFromTrades(columns as never)
        this.#known.set(marketId, { next: (this.#known.get(marketId)?.next ?? 0) + n, columns, prices })
      }
    } else {
      for await (const { marketId, n, ...news } of readCandles(db, ids, { since })) {
        const kept = this.#known.get(marketId)
        const columns = this.#grow(
          marketId,
          news,
          kept ? lowerBound(kept.columns['endMinute']!, news.endMinute[0]!) : 0,
        )
        const prices = pricesFromCandles(columns as never)
        this.#known.set(marketId, { next: news.endMinute[n - 1]! - CANDLES_AGAIN, columns, prices })
      }
    }
    return new Map(ids.flatMap((id) => (this.#known.has(id) ? [[id, this.#known.get(id)!.prices]] : [])))
  }

  /** The columns known so far, cut at `at`, with the news behind them. */
  #grow(marketId: number, news: Readonly<Record<string, ArrayLike<number>>>, at: number): Grown['columns'] {
    const known = this.#known.get(marketId)?.columns
    if (!known) return { ...news }
    return Object.fromEntries(
      Object.entries(news).map(([name, values]) => {
        const kind = values.constructor as new (length: number) => { set(from: ArrayLike<number>, at?: number): void }
        const all = new kind(at + values.length)
        all.set(Array.prototype.slice.call(known[name], 0, at))
        all.set(values, at)
        return [name, all as unknown as ArrayLike<number>]
      }),
    )
  }
}

/** Index of the first of the ascending values that is at least `value`. */
function lowerBound(values: ArrayLike<number>, value: number): number {
  let at = values.length
  while (at > 0 && values[at - 1]! >= value) at--
  return at
}
