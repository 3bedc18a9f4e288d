import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'
import { Turns } from '../loop/turns.ts'
import type { PriceRows } from '../storage/save-prices.ts'
import {
  type CityFacts,
  type CityReading,
  type CityRows,
  type RowsOf,
  readCityFacts,
  readCityRows,
} from './city-rows.ts'
import { PriceMemory, type Prints } from './price-memory.ts'
import { ReportMemory } from './report-memory.ts'

/**
 * The rows of one city, kept between ticks: each reading brings the prices and reports that came since.
 *
 * Prints are only ever added at the end, and reports become known in the order in which they are written. Markets and
 * maxima are kept until `forgetFacts`; `forget` is for what may have changed elsewhere: a restart of the database, an import
 * beside the loop.
 */
export class CityMemory {
  readonly #pair: RowsOf
  readonly #prices: PriceMemory
  readonly #reports: ReportMemory
  readonly #reading: CityReading
  #facts: { readonly days: readonly [number, number]; readonly read: CityFacts } | null = null
  /** Grows when they are forgotten: what is read meanwhile is not kept. */
  #generation = 0
  readonly #turns = new Turns()

  constructor(pair: RowsOf) {
    this.#pair = pair
    this.#prices = new PriceMemory(pair.loaded.config.price_source)
    this.#reports = new ReportMemory(pair)
    this.#reading = {
      facts: (db, days) => this.#readFacts(db, days),
      prices: (db, ids) => this.#prices.read(db, ids),
      weather: (db, span) => this.#reports.read(db, span),
    }
  }

  get city(): City {
    return this.#pair.city
  }

  /** As `readCityRows`, at the cost of what is new; earlier answers share its memory and are not to be used any more. */
  rows(db: Database, days: readonly [number, number]): Promise<CityRows> {
    // Two readings at once would put the same prints twice.
    return this.#turns.take(() => readCityRows(db, this.#pair, days, this.#reading))
  }

  /** The prints of a market from an ordinal on, as the last reading found them; null where they are not kept. */
  printsSince(marketId: number, ordinal: number): Prints | null {
    return this.#prices.printsSince(marketId, ordinal)
  }

  async #readFacts(db: Database, days: readonly [number, number]): Promise<CityFacts> {
    const kept = this.#facts
    if (kept?.days[0] === days[0] && kept.days[1] === days[1]) return kept.read
    const generation = this.#generation
    const read = await readCityFacts(db, this.city, days)
    if (generation === this.#generation) this.#facts = { days, read }
    return read
  }

  /** Markets or maxima may have changed. */
  forgetFacts(): void {
    this.#generation++
    this.#facts = null
  }

  /** Rows that were stored just now: a candle that came long after its minute has its market read again. */
  tell({ candles }: Pick<PriceRows, 'candles'>): void {
    this.#prices.tell(candles)
  }

  forget(): void {
    this.forgetFacts()
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
