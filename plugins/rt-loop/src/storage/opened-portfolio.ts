import type { MarketRow } from 'kwx/database'
import type { PaperMarketState, PaperOrder, PaperPosition } from './paper-step.ts'
import type { PaperSums } from './paper-sums.ts'
import type { PaperPortfoliosTable } from './tables.ts'

/** A portfolio, with the numbers that its next order, fill and ledger entry get. */
export interface PaperPortfolio extends Omit<PaperPortfoliosTable, 'portfolio_id'> {
  /** Null of one that begins. */
  readonly portfolio_id: number | null
  readonly next_order: number
  readonly next_fill: number
  readonly next_entry: number
}

/** A market with what the portfolio knows of it; null for one that it has not met. */
export interface PaperMarket extends MarketRow {
  readonly state: PaperMarketState | null
}

/** A portfolio at the start of a minute. */
export interface OpenedPortfolio {
  readonly portfolio: PaperPortfolio
  readonly sums: PaperSums
  /** Those that are not over. */
  readonly markets: readonly PaperMarket[]
  /** By market. */
  readonly positions: readonly PaperPosition[]
  /** Oldest first. */
  readonly resting: readonly PaperOrder[]
  /** What sales, settlements and fees of the span made or lost, 1e-4 dollars. */
  readonly realised: number
}
