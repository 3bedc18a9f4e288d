import type { City } from 'kwx/cities'
import type { Database, KeptRows } from 'kwx/database'

import { type CityReading, type CityRows, type RowsOf, readCityRows } from './city-rows.ts'
import { PriceMemory } from './price-memory.ts'
import { ReportMemory } from './report-memory.ts'

/**
 * The rows of one city, kept between ticks: each tick reads what came since, and a minute between two ticks only prices.
 *
 * Prints are only ever added at the end, and reports become known in the order in which they are written. `forget` is for
 * what may have changed elsewhere: a restart of the database, an import beside the loop.
 */
export class CityMemory {
  readonly #pair: RowsOf
  readonly #prices: PriceMemory
  readonly #reports: ReportMemory
  readonly #reading: CityReading
  /** What was read last, for as long as nothing but prices came. */
  #kept: { readonly days: readonly [number, number]; readonly rows: CityRows } | null = null
  #looks = 0

  constructor(pair: RowsOf) {
    this.#pair = pair
    this.#prices = new PriceMemory(pair.loaded.config.price_source)
    this.#reports = new ReportMemory(pair)
    this.#reading = {
      prices: (db, ids) => this.#prices.read(db, ids),
      weather: (db, span) => this.#reports.read(db, span),
    }
  }

  get city(): City {
    return this.#pair.city
  }

  /** As `readCityRows`, at the cost of what is new; earlier answers share its memory and are not to be used any more. */
  async rows(db: Database, days: readonly [number, number]): Promise<CityRows> {
    const kept = this.#kept
    if (kept?.days[0] === days[0] && kept.days[1] === days[1]) {
      const ids = kept.rows.markets.map(({ market_id }) => market_id)
      return { ...kept.rows, prices: await this.#prices.read(db, Promise.resolve(ids)) }
    }
    const look = this.#looks
    const rows = await readCityRows(db, this.#pair, days, this.#reading)
    if (look === this.#looks) this.#kept = { days, rows }
    return rows
  }

  /** Everything but prices may have changed, and is looked at again. */
  look(): void {
    this.#looks++
    this.#kept = null
  }

  /** Rows that were stored just now: a candle that came long after its minute has its market read again. */
  tell({ candles }: Pick<KeptRows, 'candles'>): void {
    this.#prices.tell(candles)
  }

  forget(): void {
    this.look()
    this.#prices.forget()
    this.#reports.forget()
  }
}

/** A memory for each pair: one for all pairs that read the same rows. */
export function memoriesOf<One extends RowsOf>(pairs: readonly One[]): Map<One, CityMemory> {
  const byRows = new Map<string, CityMemory>()
  return new Map(
    pairs.map((pair) => {
      const { price_source, excluded_vc_cities, use_vc_minutes } = pair.loaded.config
      const key = JSON.stringify([pair.city.id, pair.station, price_source, excluded_vc_cities, use_vc_minutes])
      const memory = byRows.get(key) ?? new CityMemory(pair)
      byRows.set(key, memory)
      return [pair, memory]
    }),
  )
}
