import { messageOf } from 'kwx'
import { MS_PER_MINUTE } from 'kwx/time'
import type { FeedWorld } from '../loop/loop-types.ts'
import { fetchResults } from '../paper/fetch-results.ts'
import type { LivePair } from '../signals/load-pair.ts'
import { fetchMarkets } from './fetch-markets.ts'
import { type Brought, ReportNews } from './report-news.ts'

const MARKETS_EVERY_MS = 10 * MS_PER_MINUTE
const RESULTS_EVERY_MS = 10 * MS_PER_MINUTE

/**
 * News that come slower than prices: markets and promotions every ten minutes, reports as often as each of their sources allows. What cannot be
 * brought is a fault, and markets are then asked for again at the next tick.
 */
export class SlowNews {
  readonly #world: FeedWorld
  readonly #pairs: readonly LivePair[]
  readonly #loop: string | null
  #marketsAt = Number.NEGATIVE_INFINITY
  #resultsAt = Number.NEGATIVE_INFINITY
  readonly #reports: ReportNews

  /** @param loop  whose portfolio waits for results; null for none */
  constructor(world: FeedWorld, pairs: readonly LivePair[], loop: string | null) {
    this.#loop = loop
    this.#world = world
    this.#pairs = pairs
    this.#reports = new ReportNews(world, pairs)
  }

  /** Null while they are not due. */
  async markets(atMs: number): Promise<Brought | null> {
    if (atMs - this.#marketsAt < MARKETS_EVERY_MS) return null
    const cities = [...new Map(this.#pairs.map(({ city }) => [city.id, city])).values()]
    const brought = await this.#each(
      cities,
      ({ id }) => `markets of ${id}`,
      (city) => fetchMarkets(this.#world, city),
    )
    for (const pair of this.#pairs) pair.forgetModels()
    if (brought.faults.length === 0) this.#marketsAt = atMs
    return brought
  }

  /** Null while they are not due. Results that do not come keep nothing from being worked through. */
  async results(atMs: number): Promise<Brought | null> {
    if (this.#loop === null || atMs - this.#resultsAt < RESULTS_EVERY_MS) return null
    this.#resultsAt = atMs
    const which = [this.#loop]
    return this.#each(
      which,
      () => 'results',
      (loop) => fetchResults(this.#world, loop),
    )
  }

  /** Null while they are not due. */
  reports(atMs: number): Promise<Brought | null> {
    return this.#reports.fetch(atMs)
  }

  async #each<Item>(
    items: readonly Item[],
    what: (item: Item) => string,
    work: (item: Item) => Promise<number>,
  ): Promise<Brought> {
    let rows = 0
    const faults: string[] = []
    for (const item of items) {
      try {
        rows += await work(item)
      } catch (error) {
        this.#world.signal.throwIfAborted()
        faults.push(`${what(item)}: ${messageOf(error)}`)
      }
    }
    return { rows, faults }
  }
}
