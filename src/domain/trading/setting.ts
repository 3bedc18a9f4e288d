import type { FeeCounter } from '../market/fee-counter.ts'
import type { FillRule, RiskLimits } from './assumptions.ts'

/** The fees of one side of trades from some moment on. */
export interface DatedFees {
  readonly fromMs: number
  readonly taker: FeeCounter
  readonly maker: FeeCounter
}

/** What a trader is told once, beside what happens. */
export interface Setting {
  /** Index of each market's event: one city and climate day. */
  readonly event: Int32Array
  readonly events: number
  /** Delivered probability of YES, by signal. */
  readonly signalP: Float64Array
  /** 0 where the signal is the market's own price and so no reason to trade; absent: all are reasons. */
  readonly hasView?: Uint8Array
  /** True where there are no quotes, so that prints imply the book. */
  readonly impliedBook: boolean
  /** Ascending; the first holds from the beginning. */
  readonly fees: readonly DatedFees[]
  readonly limits: RiskLimits
  readonly rule: FillRule
}
