import { bigint, integer, type Row } from 'kwx/database'

/** Columns of the sums of a portfolio; money is 1e-4 dollars. */
export const SUM_COLUMNS = {
  cash: bigint(),
  locked: bigint(),
  reserved: bigint(),
  /** Bankroll, fills, fees and settlements. */
  cash_of_events: bigint(),
  /** Sum of the ledger, and the balance of its last entry. */
  cash_of_ledger: bigint(),
  last_balance: bigint(),
  /** Ledger entries whose balance is not that of the entry before plus the amount. */
  balances_wrong: integer(),
  ledger_trades: bigint(),
  ledger_fees: bigint(),
  ledger_settlements: bigint(),
  fills_cash: bigint(),
  fills_fees: bigint(),
  settlements_paid: bigint(),
  /** Cost of all positions, and what is left of resting orders at their limits. */
  positions_cost: bigint(),
  resting_cost: bigint(),
  /** Markets whose position is not what fills and settlements leave of it. */
  positions_wrong: integer(),
  /** Orders whose filled count or fee is not that of their fills. */
  orders_wrong: integer(),
}

/** What a portfolio says of itself beside what its rows add up to. */
export type PaperSums = Readonly<Row<typeof SUM_COLUMNS>>
