import type { Database } from './open-database.ts'
import { runQuery } from './run-query.ts'

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

/**
 * Adds everything up anew: from the rows alone, with nothing of the code that wrote them.
 *
 * @param whole  every row there is; else those of markets that are not over, with the totals that the others left. Rows of
 *   fills, settlements and cash never change, so that what was once found right stays right.
 * @cost  some 3 ms for what is open; 1 s for 100,000 fills when whole
 */
export async function paperSums(db: Database, portfolioId: number, whole: boolean): Promise<PaperSums> {
  const [row] = await runQuery<PaperSums>(db, SUMS, [portfolioId, whole])
  return row!
}

/** `$1` a portfolio's id, `$2` whether every row counts. */
export const SUMS = `
  with chosen as (
    select market_id from paper_markets where portfolio_id = $1 and ($2 or stage <> 'over')
  ), fills as (
    select market_id, order_no, side, fee, cost,
      case action when 'buy' then count_centi else -count_centi end as count,
      case action when 'buy' then -price else price end * count_centi::bigint / 100 as cash
    from paper_fills join chosen using (market_id) where portfolio_id = $1
  ), settled as (
    select market_id, side, count_centi as count, cost, paid
    from paper_settlements join chosen using (market_id) where portfolio_id = $1
  ), held as (
    select market_id, side, sum(count) as count, sum(cost) as cost
    from (select market_id, side, count, cost from fills
          union all select market_id, side, -count, -cost from settled) as moves
    group by market_id, side having sum(count) <> 0 or sum(cost) <> 0
  ), by_order as (
    select order_no, sum(abs(count)) as count, sum(fee) as fee from fills group by order_no
  ), own_orders as (
    select paper_orders.* from paper_orders join chosen using (market_id) where portfolio_id = $1
  ), own_positions as (
    select * from paper_positions where portfolio_id = $1
  ), moves as (
    select kind, amount from paper_ledger join chosen using (market_id) where portfolio_id = $1
    union all select kind, amount from paper_ledger where portfolio_id = $1 and entry_no = 1
  ), ledger as (
    select sum(amount) as total, sum(amount) filter (where kind = 'trade') as trades,
      sum(amount) filter (where kind = 'fee') as fees, sum(amount) filter (where kind = 'settlement') as settlements
    from moves
  ), newest as (
    select balance, amount, lag(balance) over (order by entry_no) as before
    from (select * from paper_ledger where portfolio_id = $1 order by entry_no desc
          limit case when $2 then null else 100 end) as entries
  ), others as (
    select coalesce(sum(total_cash), 0) as cash from paper_markets
    where portfolio_id = $1 and stage = 'over' and not $2
  ), totals as (
    select coalesce((select sum(cash) from fills), 0) as cash, coalesce((select sum(fee) from fills), 0) as fee,
      coalesce((select sum(paid) from settled), 0) as paid
  )
  select own.cash, own.locked, own.reserved,
    (own.bankroll + others.cash + totals.cash - totals.fee + totals.paid)::bigint as cash_of_events,
    (others.cash + coalesce(ledger.total, 0))::bigint as cash_of_ledger,
    (select balance from paper_ledger where portfolio_id = $1 order by entry_no desc limit 1) as last_balance,
    (select count(*) from newest where balance <> before + amount)::integer as balances_wrong,
    coalesce(ledger.trades, 0)::bigint as ledger_trades, coalesce(ledger.fees, 0)::bigint as ledger_fees,
    coalesce(ledger.settlements, 0)::bigint as ledger_settlements,
    totals.cash::bigint as fills_cash, (-totals.fee)::bigint as fills_fees, totals.paid::bigint as settlements_paid,
    coalesce((select sum(cost) from own_positions), 0)::bigint as positions_cost,
    coalesce((select sum(price::bigint * (want_centi - filled_centi) / 100) from own_orders where state = 'resting'), 0)::bigint
      as resting_cost,
    (select count(*) from held full join own_positions as said using (market_id, side)
      where held.count is distinct from said.count_centi or held.cost is distinct from said.cost)::integer as positions_wrong,
    (select count(*) from own_orders left join by_order using (order_no)
      where own_orders.filled_centi <> coalesce(by_order.count, 0) or own_orders.fee <> coalesce(by_order.fee, 0))::integer
      as orders_wrong
  from paper_portfolios as own, totals, ledger, others where own.portfolio_id = $1`

/** The first thing that does not add up, in words; null where all does. */
export function paperMismatch(sums: PaperSums): string | null {
  const dollars = (units: number) => (units / 10_000).toFixed(4)
  const differ = (what: string, said: number, is: number) =>
    said === is ? null : `${what}: ${dollars(said)} dollars, expected ${dollars(is)}`
  return (
    differ('cash against bankroll, fills, fees and settlements', sums.cash, sums.cash_of_events) ??
    differ('cash against the sum of the ledger', sums.cash, sums.cash_of_ledger) ??
    differ('cash against the last balance of the ledger', sums.cash, sums.last_balance) ??
    (sums.balances_wrong > 0 ? `balances of the ledger: ${sums.balances_wrong} do not follow` : null) ??
    differ('trades in the ledger against fills', sums.ledger_trades, sums.fills_cash) ??
    differ('fees in the ledger against fills', sums.ledger_fees, sums.fills_fees) ??
    differ('settlements in the ledger against settlements', sums.ledger_settlements, sums.settlements_paid) ??
    (sums.positions_wrong > 0 ? `positions against fills and settlements: ${sums.positions_wrong} differ` : null) ??
    (sums.orders_wrong > 0 ? `orders against their fills: ${sums.orders_wrong} differ` : null) ??
    differ('locked against the cost of positions', sums.locked, sums.positions_cost) ??
    differ('reserved against resting orders', sums.reserved, sums.resting_cost)
  )
}
