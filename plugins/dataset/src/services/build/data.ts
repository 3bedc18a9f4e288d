import type { Origin } from 'kwx'
import type { Observation, Settlement, StrikeType } from 'kwx/database'
import type { Prices } from 'kwx/features'

export type { Observation, Settlement }

/** A market with what the builder needs of its event. */
export interface DatasetMarket {
  readonly market_id: number
  readonly ticker: string
  readonly event_ticker: string
  readonly strike_type: StrikeType
  readonly floor_strike: number | null
  readonly cap_strike: number | null
  readonly close_ms: number | null
  readonly result: 'yes' | 'no' | null
  readonly expiration_value: number | null
  readonly day: number
  readonly origin: Origin
}

/** What a build reads, from the database or from a test. */
export interface DatasetData {
  /** All markets of the city in the span, every bracket. */
  readonly markets: readonly DatasetMarket[]
  /** Reports of the observation station, from some days before the span. */
  readonly observations: readonly Observation[]
  /** From the day before the span. */
  readonly settlements: readonly Settlement[]
  /** Price rows of those of the markets that have any, in any order. */
  prices(markets: readonly DatasetMarket[]): AsyncIterable<{ marketId: number; prices: Prices }>
}
