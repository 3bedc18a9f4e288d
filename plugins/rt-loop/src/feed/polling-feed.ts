import { messageOf } from 'kwx'
import { MS_PER_MINUTE, minuteToMs } from 'kwx/time'
import type { FeedWorld } from '../loop/loop-types.ts'
import type { Pair } from '../signals/pair.ts'
import { fetchPrices } from './fetch-prices.ts'
import type { FeedUpdate, PriceFeed } from './price-feed.ts'
import { PriceKeeper } from './price-keeper.ts'

/** Prints and candles of a minute may take this long to be told after its end. */
export const SETTLED_AFTER_MS = 3000
/** What lies this far before the last settled minute is asked for again: some things are told late. */
const LOOK_BACK_MS = 3 * MS_PER_MINUTE

/** Prices by request: what is there at each update. A minute is settled by the first update without a fault after it. */
export class PollingFeed implements PriceFeed {
  readonly keeper: PriceKeeper
  readonly #world: FeedWorld
  readonly #wanted: readonly Pick<Pair, 'city' | 'loaded'>[]
  readonly #reason: string | null
  /** The newest minute whose prices are all there, in whichever way they came. */
  settled: number | null = null

  /** @param reason  why there is no better way */
  constructor(world: FeedWorld, pairs: readonly Pick<Pair, 'city' | 'loaded'>[], reason: string | null = null) {
    this.#world = world
    this.#reason = reason
    this.keeper = new PriceKeeper(world)
    // Two brackets of a city read the same rows.
    const keys = new Map(pairs.map((pair) => [`${pair.city.id} ${pair.loaded.config.price_source}`, pair]))
    this.#wanted = [...keys.values()]
  }

  async update(): Promise<FeedUpdate> {
    const { rows, faults } = await this.poll(Number.POSITIVE_INFINITY)
    return { rows, faults: [...faults, ...this.keeper.takeLate()] }
  }

  /**
   * Asks for everything since the last settled minute.
   *
   * @param fromMs  asks from here on where that is earlier
   */
  async poll(fromMs: number): Promise<FeedUpdate> {
    const { clock, signal, worked } = this.#world
    const atMs = clock.now()
    const known = this.settled ?? worked()
    const sinceMs = known === null ? null : Math.min(minuteToMs(known) - LOOK_BACK_MS, fromMs)
    let rows = 0
    const faults: string[] = []
    for (const pair of this.#wanted) {
      try {
        rows += await fetchPrices(this.#world, this.keeper, pair, sinceMs)
      } catch (error) {
        signal.throwIfAborted()
        faults.push(`prices of ${pair.city.id}: ${messageOf(error)}`)
      }
    }
    const over = Math.floor((atMs - SETTLED_AFTER_MS) / MS_PER_MINUTE)
    if (faults.length === 0) this.settled = Math.max(over, this.settled ?? over)
    return { rows, faults }
  }

  settledMinute(): number | null {
    return this.settled
  }

  onSettled(): void {}

  state() {
    return { mode: 'polling' as const, reason: this.#reason }
  }

  async close(): Promise<void> {}
}
