import { type Prices, pricesUntil } from 'kwx/features'

type Columns = { -readonly [Name in keyof Prices]-?: NonNullable<Prices[Name]> }
const NAMES = ['endMinute', 'mid', 'bid', 'ask', 'volume', 'printMean', 'last', 'bidSeen', 'askSeen'] as const

/**
 * A market's price rows, which only grow at their end: room for more is left, so that a minute costs what it brings.
 *
 * `rows` shares the memory, so that rows which are told again change under whoever still holds them.
 */
export class GrowingPrices {
  #columns: Partial<Columns> = {}
  #n = 0

  /** Puts rows at the end; known ones from the first one's minute on are replaced. */
  put(news: Prices): void {
    if (news.endMinute.length === 0) return
    const at = pricesUntil(this.rows, news.endMinute[0]! - 1).endMinute.length
    const n = at + news.endMinute.length
    for (const name of NAMES) {
      const values = news[name]
      if (values) this.#grown(name, values, n).set(values, at)
    }
    this.#n = n
  }

  get rows(): Prices {
    const all: Record<string, unknown> = { endMinute: new Int32Array(0) }
    for (const name of NAMES) if (this.#columns[name]) all[name] = this.#columns[name].subarray(0, this.#n)
    return all as unknown as Prices
  }

  #grown(name: (typeof NAMES)[number], like: Int32Array | Float64Array, n: number): Int32Array | Float64Array {
    const known = this.#columns[name]
    if (known && known.length >= n) return known
    const Kind = like.constructor as Float64ArrayConstructor | Int32ArrayConstructor
    const more = new Kind(Math.max(64, 2 * n))
    if (known) more.set(known.subarray(0, this.#n))
    this.#columns = { ...this.#columns, [name]: more }
    return more
  }
}
