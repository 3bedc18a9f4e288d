/** What the loop learns about the price of a market: 1e-4 dollars of YES, 1e-2 contracts, epoch ms of the exchange. */
export type PriceEvent =
  | {
      readonly kind: 'print'
      readonly marketId: number
      readonly ticker: string
      readonly tsMs: number
      readonly price: number
      readonly countCenti: number
      readonly takerYes: boolean
    }
  /** The best prices from a moment on; null for an empty side, and for a size that is not told. */
  | {
      readonly kind: 'quote'
      readonly marketId: number
      readonly ticker: string
      readonly tsMs: number
      readonly bid: number | null
      readonly ask: number | null
      readonly bidSizeCenti: number | null
      readonly askSizeCenti: number | null
    }
  /** Nobody knows the best prices until the next quote. */
  | { readonly kind: 'unknown'; readonly marketId: number; readonly ticker: string }

/** How prices come at present, and why not in a better way. */
export interface FeedState {
  readonly mode: 'polling' | 'stream'
  /** Null where nothing is wrong. */
  readonly reason: string | null
}

/** What an update brought. */
export interface FeedUpdate {
  /** Rows written. */
  readonly rows: number
  /** What could not be brought. */
  readonly faults: readonly string[]
}

/** Where the loop's prices come from. Everything that it tells is in the database when it tells it. */
export interface PriceFeed {
  /** Brings what is not there yet; called once a tick. */
  update(): Promise<FeedUpdate>
  /** The newest minute whose prices are all in the database; null before there is one. */
  settledMinute(): number | null
  /**
   * Calls back as soon as `settledMinute` has grown between two updates, with the moment at which the message was heard
   * that settled it, on the clock of `performance.now()`.
   */
  onSettled(callback: (heardAtMs: number) => void): void
  state(): FeedState
  close(): Promise<void>
}
