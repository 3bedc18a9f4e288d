import type { Database } from 'kwx/database'
import { runQuery } from 'kwx/database'
import type { OpenedPortfolio, PaperMarket, PaperPortfolio } from './opened-portfolio.ts'
import { SUMS } from './paper-reconciliation.ts'
import { ORDER_COLUMNS } from './paper-step.ts'
import type { PaperSums } from './paper-sums.ts'

/** One that is in its table. */
type FoundPortfolio = PaperPortfolio & { readonly portfolio_id: number }

/** The portfolio of a loop as it is; null before its first minute. */
export async function findPortfolio(db: Database, loop: string): Promise<FoundPortfolio | null> {
  const [row] = await runQuery<FoundPortfolio>(
    db,
    `select ${PORTFOLIO_COLUMNS} from paper_portfolios as p where loop = $1`,
    [loop],
  )
  return row ?? null
}

const newest = (column: string, table: string) =>
  `coalesce((select max(${column}) from ${table} where ${table}.portfolio_id = p.portfolio_id), 0) + 1`
const PORTFOLIO_COLUMNS = `p.*, ${newest('order_no', 'paper_orders')} as next_order,
  ${newest('fill_no', 'paper_fills')} as next_fill, ${newest('entry_no', 'paper_ledger')} as next_entry`

/** Names of the loops that have a portfolio. */
export const listPortfolios = (db: Database): Promise<string[]> =>
  runQuery<{ loop: string }>(db, 'select loop from paper_portfolios order by loop').then((rows) =>
    rows.map(({ loop }) => loop),
  )

const MARKET_COLUMNS = 'markets.*, events.ticker as event_ticker, series_ticker, city, day, origin'

/** Those of some markets that a portfolio has not met. */
export function readNewMarkets(
  db: Database,
  portfolioId: number | null,
  tickers: readonly string[],
): Promise<PaperMarket[]> {
  return runQuery<PaperMarket>(
    db,
    `select ${MARKET_COLUMNS}, null as state from markets join events using (event_id)
     where markets.ticker = any($2::text[]) and not exists (
       select from paper_markets as met where portfolio_id = $1::integer and met.market_id = markets.market_id)`,
    [portfolioId, tickers],
  )
}

/**
 * A portfolio before its first minute: nothing of it is written before that is.
 *
 * @param bankroll  1e-4 dollars
 */
export function newPortfolio(loop: string, bankroll: number, minute: number): OpenedPortfolio {
  const nothing = { locked: 0, reserved: 0 }
  const sums: PaperSums = {
    ...{ cash: bankroll, cash_of_events: bankroll, cash_of_ledger: bankroll, last_balance: bankroll, ...nothing },
    ...{ balances_wrong: 0, positions_wrong: 0, orders_wrong: 0, positions_cost: 0, resting_cost: 0 },
    ...{ ledger_trades: 0, ledger_fees: 0, ledger_settlements: 0, fills_cash: 0, fills_fees: 0, settlements_paid: 0 },
  }
  const portfolio = {
    ...{ portfolio_id: null, loop, bankroll, first_minute: minute, through_minute: minute - 1, mismatch: null },
    ...{ cash: bankroll, ...nothing, next_order: 1, next_fill: 1, next_entry: 2 },
  }
  return { portfolio, sums, markets: [], positions: [], resting: [], realised: 0 }
}

const REALISED = (from: string, to: string) => `(
  coalesce((select sum(case action when 'sell' then price * count_centi::bigint / 100 + cost else 0 end - fee)
    from paper_fills where portfolio_id = $1 and at_ms >= ${from} and at_ms < ${to}), 0) +
  coalesce((select sum(paid - cost) from paper_settlements where portfolio_id = $1 and at_ms >= ${from} and at_ms < ${to}), 0)
)::bigint as realised`

/**
 * A portfolio with its markets, what it holds, what rests, what a span made or lost, and what its rows add up to: by one
 * statement, since a signal waits for it.
 *
 * @param whole  adds up every row; else those of markets that are not over
 */
export async function openPortfolio(
  db: Database,
  portfolioId: number,
  { span, whole }: { readonly span: readonly [fromMs: number, toMs: number]; readonly whole: boolean },
): Promise<OpenedPortfolio> {
  const [row] = await runQuery<PaperPortfolio & Omit<OpenedPortfolio, 'portfolio'>>(db, OPEN, [
    portfolioId,
    whole,
    ...span,
  ])
  const { sums, markets, positions, resting, realised, ...portfolio } = row!
  return { portfolio, sums, markets, positions, resting, realised }
}

const OPEN = `
  select ${PORTFOLIO_COLUMNS}, ${REALISED('$3', '$4')},
    (select to_jsonb(sums) from (${SUMS}) as sums) as sums,
    (select coalesce(jsonb_agg(own), '[]')
     from (select ${MARKET_COLUMNS}, to_jsonb(known) - 'portfolio_id' - 'total_cash' as state
           from paper_markets as known join markets using (market_id) join events using (event_id)
           where portfolio_id = $1 and stage <> 'over') as own) as markets,
    (select coalesce(jsonb_agg(held order by market_id), '[]')
     from (select market_id, side, count_centi, cost from paper_positions where portfolio_id = $1) as held) as positions,
    (select coalesce(jsonb_agg(own order by order_no), '[]')
     from (select ${ORDER_COLUMNS} from paper_orders where portfolio_id = $1 and state = 'resting') as own) as resting
  from paper_portfolios as p where portfolio_id = $1`

/**
 * What sales, settlements and fees of a span made or lost, 1e-4 dollars: a position counts when it is sold or paid, at
 * what it had cost.
 */
export async function realisedBetween(
  db: Database,
  portfolioId: number,
  [fromMs, toMs]: readonly [from: number, to: number],
): Promise<number> {
  const [row] = await runQuery<{ realised: number }>(db, `select ${REALISED('$2', '$3')}`, [portfolioId, fromMs, toMs])
  return row!.realised
}
