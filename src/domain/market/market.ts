import type { Origin } from '../origin.ts'
import type { StrikeType } from './settles-yes.ts'

/** One binary contract of an event, with the columns of its table. */
export interface Market {
  market_id: number
  event_id: number
  ticker: string
  strike_type: StrikeType
  /** Whole degrees F; null where the bracket has no such side. */
  floor_strike: number | null
  cap_strike: number | null
  open_ms: number | null
  close_ms: number | null
  /** The exchange's word: initialized, active, inactive, closed, determined, disputed, amended, finalized. */
  status: string
  /** The exchange's result; null until there is one. */
  result: 'yes' | 'no' | null
  /** The exchange's own settlement temperature, degrees F; null where it gave none. */
  expiration_value: number | null
  /** Contracts traded by the exchange's count, 1e-2 contracts; null when unknown. Proves completeness of trades. */
  volume_centi: number | null
}

/** A market with what it inherits from its event. */
export interface MarketRow extends Market {
  event_ticker: string
  series_ticker: string
  city: string
  day: number
  origin: Origin
}
