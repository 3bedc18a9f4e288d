import type { TopOfBook } from './order-book.ts'

/** What the exchange's stream tells, in the units of the tables: 1e-4 dollars of YES, 1e-2 contracts, epoch ms. */
export type StreamEvent =
  /** A handshake succeeded; books follow. */
  | { readonly kind: 'connected' }
  /** Every channel answers: from here on nothing happens that is not told, unless something is lost. */
  | { readonly kind: 'subscribed' }
  /** The answer to a probe: what the exchange had sent before it has been heard. */
  | { readonly kind: 'echo'; readonly id: number }
  /** The connection ended; every book is unknown until the next `book` of its market. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** The best prices of a market; null when they became unknown: a message was lost, and a snapshot was asked for. */
  | { readonly kind: 'book'; readonly ticker: string; readonly top: TopOfBook | null; readonly tsMs: number | null }
  | {
      readonly kind: 'trade'
      readonly ticker: string
      readonly id: string
      readonly tsMs: number
      readonly price: number
      readonly countCenti: number
      readonly takerYes: boolean
    }
  | {
      readonly kind: 'ticker'
      readonly ticker: string
      readonly tsMs: number
      /** Null for an empty side. */
      readonly bid: number | null
      readonly ask: number | null
      readonly bidSizeCenti: number
      readonly askSizeCenti: number
      /** The last trade; null before the first. */
      readonly price: number | null
      /** Contracts traded since the market opened. */
      readonly volumeCenti: number
      readonly openInterestCenti: number
    }
  | {
      readonly kind: 'lifecycle'
      readonly ticker: string
      /** created, activated, deactivated, close_date_updated, determined, settled, ... */
      readonly event: string
      readonly result: 'yes' | 'no' | null
      /** The new closing time, where that is what changed. */
      readonly closeMs: number | null
    }
  /** Trades of some subscription were lost; what happened meanwhile must be fetched. */
  | { readonly kind: 'trades-missed' }
