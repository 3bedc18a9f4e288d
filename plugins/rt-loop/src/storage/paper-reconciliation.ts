import type { Database } from 'kwx/database'
import { statement } from 'kwx/database'
import type { OpenedPortfolio } from './opened-portfolio.ts'
import type { PaperFill, PaperStep } from './paper-step.ts'
import { type PaperSums, SUM_COLUMNS } from './paper-sums.ts'

/**
 * Adds everything up anew: from the rows alone, with nothing of the code that wrote them.
 *
 * @cost  1 s for 100,000 fills
 */
export async function paperSums(db: Database, portfolioId: number): Promise<PaperSums> {
  return (await portfolioSums.first(db, [portfolioId, true]))!
}

/**
 * `$1` a portfolio's id, `$2` whether every row counts; else those of markets that are not over, with the totals that the
 * others left, in some 3 ms. Rows of fills, settlements and cash never change, so that what was once found right stays right.
 */
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

export const portfolioSums = statement({ text: SUMS, columns: SUM_COLUMNS })

/**
 * What the rows of a portfolio will add up to once a step is written, from the rows of the step alone: one that does not
 * add up is never written. Markets that the step leaves as over count as open.
 */
export function sumsAfter({ sums, positions, resting }: OpenedPortfolio, step: PaperStep): PaperSums {
  const { fills, settlements, entries } = step
  const total = <Row>(rows: Iterable<Row>, of: (row: Row) => number) => Array.from(rows, of).reduce((a, b) => a + b, 0)
  const ofKind = (kind: string) =>
    total(
      entries.filter((entry) => entry.kind === kind),
      ({ amount }) => amount,
    )
  const orders = new Map([...resting, ...step.orders].map((order) => [order.order_no, order]))
  const held = new Map([...positions, ...step.positions].map((position) => [position.market_id, position]))
  for (const { market_id, count_centi } of step.positions) if (count_centi === 0) held.delete(market_id) // as it is saved
  const cash = total(fills, cashOf)
  const fees = total(fills, ({ fee }) => fee)
  const paid = total(settlements, (settlement) => settlement.paid)
  const balances = [sums.last_balance, ...entries.map(({ balance }) => balance)]
  return {
    cash: step.cash,
    locked: step.locked,
    reserved: step.reserved,
    cash_of_events: sums.cash_of_events + cash - fees + paid,
    cash_of_ledger: sums.cash_of_ledger + total(entries, ({ amount }) => amount),
    last_balance: balances.at(-1)!,
    balances_wrong:
      sums.balances_wrong + entries.filter(({ amount, balance }, k) => balance !== balances[k]! + amount).length,
    ledger_trades: sums.ledger_trades + ofKind('trade'),
    ledger_fees: sums.ledger_fees + ofKind('fee'),
    ledger_settlements: sums.ledger_settlements + ofKind('settlement'),
    fills_cash: sums.fills_cash + cash,
    fills_fees: sums.fills_fees - fees,
    settlements_paid: sums.settlements_paid + paid,
    positions_cost: total(held.values(), ({ cost }) => cost),
    resting_cost: total(orders.values(), ({ state, price, want_centi, filled_centi }) =>
      state === 'resting' ? Math.trunc((price * (want_centi - filled_centi)) / 100) : 0,
    ),
    positions_wrong: sums.positions_wrong + positionsWrong(positions, held, step),
    orders_wrong: sums.orders_wrong + ordersWrong(resting, orders, fills),
  }
}

const signOf = ({ action }: PaperFill) => (action === 'buy' ? 1 : -1)
const cashOf = (fill: PaperFill) => Math.trunc((-signOf(fill) * fill.price * fill.count_centi) / 100)

/** Markets whose position after a step is not the one before it with the fills and settlements of the step. */
function positionsWrong(
  before: OpenedPortfolio['positions'],
  after: ReadonlyMap<number, OpenedPortfolio['positions'][number]>,
  { fills, settlements }: PaperStep,
): number {
  const moved = new Map<string, { count: number; cost: number }>()
  const move = ({ market_id, side }: { market_id: number; side: string }, count: number, cost: number) => {
    const was = moved.get(`${market_id} ${side}`) ?? { count: 0, cost: 0 }
    moved.set(`${market_id} ${side}`, { count: was.count + count, cost: was.cost + cost })
  }
  for (const position of before) move(position, position.count_centi, position.cost)
  for (const fill of fills) move(fill, signOf(fill) * fill.count_centi, fill.cost)
  for (const settlement of settlements) move(settlement, -settlement.count_centi, -settlement.cost)
  for (const position of after.values()) move(position, -position.count_centi, -position.cost)
  return [...moved.values()].filter(({ count, cost }) => count !== 0 || cost !== 0).length
}

/** Orders whose filled count or fee after a step is not what it was with the fills of the step. */
function ordersWrong(
  before: OpenedPortfolio['resting'],
  after: ReadonlyMap<number, OpenedPortfolio['resting'][number]>,
  fills: PaperStep['fills'],
): number {
  const left = new Map([...after.values()].map((order) => [order.order_no, { ...order }]))
  const orphans = fills.filter(({ order_no }) => !left.has(order_no)).length
  for (const { order_no, count_centi, fee } of fills) {
    const order = left.get(order_no)
    if (order) Object.assign(order, { filled_centi: order.filled_centi - count_centi, fee: order.fee - fee })
  }
  const known = new Map(before.map((order) => [order.order_no, order]))
  const wrong = [...left.values()].filter(
    ({ order_no, filled_centi, fee }) =>
      filled_centi !== (known.get(order_no)?.filled_centi ?? 0) || fee !== (known.get(order_no)?.fee ?? 0),
  )
  return orphans + wrong.length
}

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
