import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'
import { MINUTES_PER_DAY, minuteToMs } from 'kwx/time'
import { tradingDays } from '../signals/trading-days.ts'
import { completeCandles, type PriceRows } from '../storage/save-prices.ts'

/** How far back the candles of a city are looked at when nothing is known of them. */
const LOOK_BACK = 2 * MINUTES_PER_DAY

/**
 * Marks the candles of trading events complete whose minute is over: price and weather are then both known, and a model
 * may see them.
 *
 * A candle is looked at once: what is stored later says so by `tell`, and `forget` is for what others may have stored.
 */
export class CandleMarks {
  readonly #cities: ReadonlyMap<string, City>
  /** By city, the last minute up to which all candles are marked. */
  readonly #marked = new Map<string, number>()

  constructor(cities: readonly City[]) {
    this.#cities = new Map(cities.map((city) => [city.id, city]))
  }

  /** Candles that were stored just now. */
  tell(candles: PriceRows['candles']): void {
    const oldest = Math.min(...candles.map(({ endMinute }) => endMinute))
    for (const [id, marked] of this.#marked) this.#marked.set(id, Math.min(marked, oldest - 1))
  }

  forget({ id }: City): void {
    this.#marked.delete(id)
  }

  /** Marks what ended up to `minute`. */
  async mark(db: Database, minute: number): Promise<void> {
    const after = ({ id }: City) => Math.max(this.#marked.get(id) ?? 0, minute - LOOK_BACK)
    // As a rule one statement: all cities are marked up to one minute.
    for (const [marked, cities] of Map.groupBy(this.#cities.values(), after)) {
      const days = cities.map((city) => tradingDays(city, minuteToMs(minute)))
      await completeCandles.run(db, [
        cities.map(({ id }) => id),
        days.map(([first]) => first),
        days.map(([, last]) => last),
        marked,
        minute,
      ])
      for (const { id } of cities) this.#marked.set(id, minute)
    }
  }
}
