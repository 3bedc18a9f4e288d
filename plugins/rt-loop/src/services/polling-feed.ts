import { messageOf } from 'kwx'
import { MS_PER_MINUTE } from 'kwx/time'

import { fetchPrices, type PriceWorld } from './fetch-prices.ts'
import type { Pair } from './pair.ts'
import type { PriceFeed } from './price-feed.ts'

/** Prints and candles of a minute may take this long to be told after its end. */
export const SETTLED_AFTER_MS = 3000

/** Prices by request: what is there at each update. A minute is settled by the first update without a fault after it. */
export function pollingFeed(
  world: PriceWorld & { readonly signal: AbortSignal },
  pairs: readonly Pick<Pair, 'city' | 'loaded'>[],
  reason: string | null = null,
): PriceFeed {
  // Two brackets of a city read the same rows.
  const wanted = [
    ...new Map(pairs.map((pair) => [`${pair.city.id} ${pair.loaded.config.price_source}`, pair])).values(),
  ]
  let settled: number | null = null
  return {
    async update() {
      const atMs = world.clock.now()
      let rows = 0
      const faults: string[] = []
      for (const pair of wanted) {
        try {
          rows += await fetchPrices(world, pair)
        } catch (error) {
          world.signal.throwIfAborted()
          faults.push(`prices of ${pair.city.id}: ${messageOf(error)}`)
        }
      }
      if (faults.length === 0) settled = Math.floor((atMs - SETTLED_AFTER_MS) / MS_PER_MINUTE)
      return { rows, faults }
    },
    settledMinute: () => settled,
    onSettled() {},
    state: () => ({ mode: 'polling', reason }),
    close: async () => {},
  }
}
