import { type Database, readCandles, readTrades, type TradeSeries } from 'kwx/database'
import { type Prices, pricesFromCandles, pricesFromTrades, rowsUntil } from 'kwx/features'
import { candleEndMinute } from 'kwx/time'

import { GrowingPrices } from './growing-prices.ts'

/** Prints of one market. */
export type Prints = Pick<TradeSeries, 'tsMs' | 'price' | 'countCenti' | 'takerYes'>

interface Grown {
  /** What to ask for next: the ordinal after the last print, or the first minute that may still change. */
  next: number
  readonly prices: GrowingPrices
  /** Prints of the last minute, which more may join. */
  open: Prints | null
  /** The newest prints, up to the ordinal before `next`. */
  recent: Prints | null
}

/** Prints of so many minutes are kept as they are: the portfolio asks for those of the minute that has just ended. */
const RECENT_MINUTES = 3

/** A candle may be told again for some minutes after its end; older ones stay as they are. */
const CANDLES_AGAIN = 5

/** The price rows of a city's markets, kept between ticks: each reading brings what came since. */
export class PriceMemory {
  readonly #source: 'candles' | 'trades'
  readonly #known = new Map<number, Grown>()
  /** The markets of the last reading, with rows or without. */
  #ids: readonly number[] = []

  constructor(source: 'candles' | 'trades') {
    this.#source = source
  }

  forget(): void {
    this.#known.clear()
  }

  /** Candles that were stored just now; one from before what is asked for again changes rows that are kept. */
  tell(candles: readonly { readonly marketId: number; readonly endMinute: number }[]): void {
    if (this.#source !== 'candles') return
    for (const { marketId, endMinute } of candles) {
      if (endMinute < (this.#known.get(marketId)?.next ?? 0)) this.#known.delete(marketId)
    }
  }

  /**
   * The prints of a market from an ordinal on, as the last reading found them, in the exchange's order.
   *
   * @returns null where they are not kept: they are to be read
   */
  printsSince(marketId: number, ordinal: number): Prints | null {
    const known = this.#known.get(marketId)
    if (!known?.recent) return null
    const from = known.recent.tsMs.length - (known.next - ordinal)
    return from < 0 ? null : after(known.recent, from)
  }

  /**
   * Price rows of those of the markets that have any; the others are let go of. Which markets those are is as a rule what
   * it was, so their news are read while it is asked.
   */
  async read(db: Database, asked: Promise<readonly number[]>): Promise<ReadonlyMap<number, Prices>> {
    const before = this.#ids
    const [ids] = await Promise.all([asked, this.#readNews(db, before)])
    await this.#readNews(
      db,
      ids.filter((id) => !before.includes(id)),
    )
    this.#ids = ids
    for (const id of this.#known.keys()) if (!ids.includes(id)) this.#known.delete(id)
    return new Map(ids.flatMap((id) => (this.#known.has(id) ? [[id, this.#known.get(id)!.prices.rows]] : [])))
  }

  async #readNews(db: Database, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return
    if (this.#source === 'candles') await this.#readCandles(db, ids)
    else await this.#readTrades(db, ids)
  }

  #since(ids: readonly number[]): number[] {
    return ids.map((id) => this.#known.get(id)?.next ?? 0)
  }

  async #readCandles(db: Database, ids: readonly number[]): Promise<void> {
    for await (const { marketId, ...candles } of readCandles(db, ids, { since: this.#since(ids) })) {
      const grown = this.#of(marketId)
      const { endMinute, last } = grown.prices.rows
      const before = rowsUntil(endMinute, candles.endMinute[0]! - 1) - 1
      grown.prices.put(pricesFromCandles(candles, last?.[before]))
      grown.next = candles.endMinute.at(-1)! - CANDLES_AGAIN
    }
  }

  async #readTrades(db: Database, ids: readonly number[]): Promise<void> {
    const again: number[] = []
    for await (const { marketId, n, ...prints } of readTrades(db, ids, this.#since(ids))) {
      const grown = this.#of(marketId)
      // A print of a minute before the last one changes what followed it: that market is read again from its first print.
      if (grown.open && prints.tsMs.some((ms) => candleEndMinute(ms) < grown.prices.rows.endMinute.at(-1)!)) {
        this.#known.delete(marketId)
        again.push(marketId)
        continue
      }
      this.#add(grown, prints)
      grown.next += n
    }
    if (again.length > 0) await this.#readTrades(db, again)
  }

  /** Rows from the last known minute on, out of its prints and the new ones. */
  #add(grown: Grown, news: Prints): void {
    const prints = grown.open ? joined(grown.open, news) : news
    const { endMinute, bid, ask, bidSeen, askSeen } = grown.prices.rows
    const at = endMinute.length - 2 // the row before the last known one
    const before = at < 0 ? undefined : { bid: bid[at]!, ask: ask[at]!, bidSeen: bidSeen![at]!, askSeen: askSeen![at]! }
    const rows = pricesFromTrades(prints, before)
    grown.prices.put(rows)
    const last = rows.endMinute.at(-1)!
    grown.open = chosen(prints, (ms) => candleEndMinute(ms) === last)
    const all = grown.recent ? joined(grown.recent, news) : news
    // The last of them without a gap, whatever the order of their times.
    grown.recent = after(all, 1 + all.tsMs.findLastIndex((ms) => candleEndMinute(ms) <= last - RECENT_MINUTES))
  }

  #of(id: number): Grown {
    const known = this.#known.get(id) ?? { next: 0, prices: new GrowingPrices(), open: null, recent: null }
    this.#known.set(id, known)
    return known
  }
}

const joined = (first: Prints, then: Prints): Prints => ({
  tsMs: concat(first.tsMs, then.tsMs),
  price: concat(first.price, then.price),
  countCenti: concat(first.countCenti, then.countCenti),
  takerYes: concat(first.takerYes, then.takerYes),
})

function concat<Values extends Float64Array | Int16Array | Int32Array | Uint8Array>(
  first: Values,
  then: Values,
): Values {
  const all = new (first.constructor as new (length: number) => Values)(first.length + then.length)
  all.set(first)
  all.set(then, first.length)
  return all
}

/** Prints from the n-th on. */
const after = ({ tsMs, price, countCenti, takerYes }: Prints, n: number): Prints => ({
  tsMs: tsMs.slice(n),
  price: price.slice(n),
  countCenti: countCenti.slice(n),
  takerYes: takerYes.slice(n),
})

/** Prints at some times, in their order. */
function chosen({ tsMs, price, countCenti, takerYes }: Prints, wanted: (ms: number) => boolean): Prints {
  const isWanted = (_: number, i: number) => wanted(tsMs[i]!)
  return {
    tsMs: tsMs.filter(isWanted),
    price: price.filter(isWanted),
    countCenti: countCenti.filter(isWanted),
    takerYes: takerYes.filter(isWanted),
  }
}
