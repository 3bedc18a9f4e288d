import type { MarketRow } from 'kwx/database'
import {
  bracketOf,
  closeMinuteOf,
  eventLadder,
  type FeatureRows,
  freshAt,
  joinMarket,
  ladderPrices,
  MAX_QUOTE_AGE,
  type Prices,
  pricesUntil,
} from 'kwx/features'
import type { LadderAt } from 'kwx/model'

import type { CityRows } from './city-rows.ts'
import type { Pair } from './pair.ts'

/** One market at a minute at which it has a price row. */
export interface MarketAt {
  readonly market: MarketRow
  /** Its price rows up to the minute, which is that of the last. */
  readonly prices: Prices
}

/**
 * What a pair may know at the end of one minute: rows after it are not looked at. Everything is built when it is asked
 * for first, by the code that builds datasets, from the rows that its features look back on.
 */
export class MarketRows {
  readonly #pair: Pair
  readonly #rows: CityRows
  readonly #minute: number
  readonly #until = new Map<number, Prices>()
  readonly #built = new Map<number, FeatureRows | null>()
  readonly #ladders = new Map<string, EventAt | null>()

  constructor(pair: Pair, rows: CityRows, minute: number) {
    this.#pair = pair
    this.#rows = rows
    this.#minute = minute
    for (const market of rows.markets) {
      const prices = rows.prices.get(market.market_id)
      const last = Math.min(minute, closeMinuteOf(market, pair.city.standardOffset))
      if (prices) this.#until.set(market.market_id, pricesUntil(prices, last))
    }
  }

  /** The pair's markets with a price row of this very minute. */
  markets(): MarketAt[] {
    return this.#rows.markets.flatMap((market) => {
      const prices = this.#until.get(market.market_id)
      const isOurs = bracketOf(market.strike_type) === this.#pair.loaded.config.bracket
      return isOurs && prices?.endMinute.at(-1) === this.#minute ? [{ market, prices }] : []
    })
  }

  /** A market's newest rows that are at most MAX_QUOTE_AGE minutes old, the last one at least; null where there is none. */
  built(market: MarketRow): FeatureRows | null {
    const known = this.#built.get(market.market_id)
    if (known !== undefined) return known
    const built = this.#build(market)
    this.#built.set(market.market_id, built)
    return built
  }

  #build(market: MarketRow): FeatureRows | null {
    const oldest = this.#minute - MAX_QUOTE_AGE
    const newest = this.#until.get(market.market_id)?.endMinute.at(-1) ?? Number.NEGATIVE_INFINITY
    if (newest < oldest) return null
    const { set, city } = this.#pair
    const context = { ...this.#rows, set, standardOffset: city.standardOffset }
    const joined = joinMarket(context, market, this.#rows.markets, this.#until)!
    const last = joined.rows(newest)
    return last.rows > 0 ? last : joined.rows(oldest) // a row that lacks something is no row: there may be one before it
  }

  /**
   * The ladder around a market; null where the event's markets are not a whole one. Rungs of other brackets have no model,
   * whatever else runs in the loop: the pool's head was judged with this pair's model alone.
   *
   * @param market  of `markets`: its newest row is of the minute
   * @param model  the pair's model of the event's day on a row of one of its markets
   */
  ladder(market: MarketRow, model: (built: FeatureRows, row: number) => number): LadderAt | null {
    const known = this.#ladders.get(market.event_ticker)
    const ladder = known === undefined ? this.#ladderOf(market.event_ticker, model) : known
    this.#ladders.set(market.event_ticker, ladder)
    const own = ladder?.tickers.indexOf(market.ticker) ?? -1
    return ladder === null || own < 0 ? null : { price: ladder.price, model: ladder.model, own }
  }

  #ladderOf(event: string, model: (built: FeatureRows, row: number) => number): EventAt | null {
    const markets = this.#rows.markets.filter(({ event_ticker }) => event_ticker === event)
    const ladder = eventLadder(markets, this.#until)
    if (!ladder.whole) return null
    const byTicker = new Map(markets.map((one) => [one.ticker, one]))
    const tickers = ladder.rungs.map(({ ticker }) => ticker)
    return {
      tickers,
      price: ladderPrices(ladder, this.#minute, this.#pair.loaded.config.benchmark),
      model: Float64Array.from(tickers, (ticker) => {
        const rung = byTicker.get(ticker)!
        if (bracketOf(rung.strike_type) !== this.#pair.loaded.config.bracket) return Number.NaN
        const built = this.built(rung)
        const row = built ? freshAt(built.endMinute, this.#minute) : -1
        return row < 0 ? Number.NaN : model(built!, row)
      }),
    }
  }
}

/** The rungs of an event from the coldest up, all as of one minute. */
interface EventAt extends Pick<LadderAt, 'price' | 'model'> {
  readonly tickers: readonly string[]
}
