/** What a portfolio says of itself beside what its rows add up to; money is 1e-4 dollars. */
export interface PaperSums {
  readonly cash: number
  readonly locked: number
  readonly reserved: number
  /** Bankroll, fills, fees and settlements. */
  readonly cash_of_events: number
  /** Sum of the ledger, and the balance of its last entry. */
  readonly cash_of_ledger: number
  readonly last_balance: number
  /** Ledger entries whose balance is not that of the entry before plus the amount. */
  readonly balances_wrong: number
  readonly ledger_trades: number
  readonly ledger_fees: number
  readonly ledger_settlements: number
  readonly fills_cash: number
  readonly fills_fees: number
  readonly settlements_paid: number
  /** Cost of all positions, and what is left of resting orders at their limits. */
  readonly positions_cost: number
  readonly resting_cost: number
  /** Markets whose position is not what fills and settlements leave of it. */
  readonly positions_wrong: number
  /** Orders whose filled count or fee is not that of their fills. */
  readonly orders_wrong: number
}
