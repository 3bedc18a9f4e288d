import type { CandleSeries, MarketRow, Observation, Settlement, TradeSeries } from 'kwx/database'

/** A market's own price rows as they are stored, before anything is made of them. */
export type RawPrices =
  | ({ readonly kind: 'trades' } & Omit<TradeSeries, 'marketId'>)
  | ({ readonly kind: 'candles' } & Omit<CandleSeries, 'marketId'>)

/** The raw rows of one city and span. */
export interface RawData {
  readonly markets: readonly MarketRow[]
  /** By the moment they became known. */
  readonly observations: readonly Observation[]
  readonly settlements: readonly Settlement[]
}

/** The raw rows that were in the database at a moment. */
export interface CutData extends RawData {
  readonly prices: ReadonlyMap<number, RawPrices>
}
