import type { Database, MarketRow } from 'kwx/database'
import { bigint, double, integer, json, nullable, statement, text } from 'kwx/database'
import type { OpenedPortfolio, PaperMarket, PaperPortfolio } from './opened-portfolio.ts'
import { SUMS } from './paper-reconciliation.ts'
import { ORDER_COLUMNS, type PaperMarketState } from './paper-step.ts'
import type { PaperSums } from './paper-sums.ts'
import type { LoopTables } from './tables.ts'

/** One that is in its table. */
type FoundPortfolio = PaperPortfolio & { readonly portfolio_id: number }

/** The portfolio of a loop as it is; null before its first minute. */
export async function findPortfolio(db: Database, loop: string): Promise<FoundPortfolio | null> {
  return portfolioOfLoop.first(db, [loop])
}

const newest = (column: string, table: string) =>
  `coalesce((select max(${column}) from ${table} where ${table}.portfolio_id = p.portfolio_id), 0) + 1`
const PORTFOLIO = `p.*, ${newest('order_no', 'paper_orders')} as next_order,
  ${newest('fill_no', 'paper_fills')} as next_fill, ${newest('entry_no', 'paper_ledger')} as next_entry`
const PORTFOLIO_COLUMNS = {
  portfolio_id: integer(),
  loop: text(),
  bankroll: bigint(),
  first_minute: integer(),
  through_minute: integer(),
  cash: bigint(),
  locked: bigint(),
  reserved: bigint(),
  mismatch: nullable(text()),
  next_order: integer(),
  next_fill: integer(),
  next_entry: integer(),
}

export const portfolioOfLoop = statement({
  text: `select ${PORTFOLIO} from paper_portfolios as p where loop = $1`,
  columns: PORTFOLIO_COLUMNS,
})

/** Names of the loops that have a portfolio. */
export async function listPortfolios(db: Database): Promise<string[]> {
  const rows = await db.withTables<LoopTables>().selectFrom('paper_portfolios').select('loop').orderBy('loop').execute()
  return rows.map(({ loop }) => loop)
}

const MARKET = 'markets.*, events.ticker as event_ticker, series_ticker, city, day, origin'

/** Those of some markets that a portfolio has not met. */
export function readNewMarkets(
  db: Database,
  portfolioId: number | null,
  tickers: readonly string[],
): Promise<PaperMarket[]> {
  return marketsNotMet.rows(db, [portfolioId, tickers])
}

export const marketsNotMet = statement({
  text: `
    select ${MARKET}, null::jsonb as state from markets join events using (event_id)
    where markets.ticker = any($2::text[]) and not exists (
      select from paper_markets as met where portfolio_id = $1::integer and met.market_id = markets.market_id)`,
  columns: {
    market_id: integer(),
    event_id: integer(),
    ticker: text(),
    strike_type: text<MarketRow['strike_type']>(),
    floor_strike: nullable(integer()),
    cap_strike: nullable(integer()),
    open_ms: nullable(bigint()),
    close_ms: nullable(bigint()),
    status: text(),
    result: nullable(text<NonNullable<MarketRow['result']>>()),
    expiration_value: nullable(double()),
    volume_centi: nullable(bigint()),
    event_ticker: text(),
    series_ticker: text(),
    city: text(),
    day: integer(),
    origin: text<MarketRow['origin']>(),
    state: nullable(json<PaperMarketState>()),
  },
})

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
  const row = await portfolioWithRows.first(db, [portfolioId, whole, ...span])
  const { sums, markets, positions, resting, realised, ...portfolio } = row!
  return { portfolio, sums, markets, positions, resting, realised }
}

export const portfolioWithRows = statement({
  text: `
  select ${PORTFOLIO}, ${REALISED('$3', '$4')},
    (select to_jsonb(sums) from (${SUMS}) as sums) as sums,
    (select coalesce(jsonb_agg(own), '[]')
     from (select ${MARKET}, to_jsonb(known) - 'portfolio_id' - 'total_cash' as state
           from paper_markets as known join markets using (market_id) join events using (event_id)
           where portfolio_id = $1 and stage <> 'over') as own) as markets,
    (select coalesce(jsonb_agg(held order by market_id), '[]')
     from (select market_id, side, count_centi, cost from paper_positions where portfolio_id = $1) as held) as positions,
    (select coalesce(jsonb_agg(own order by order_no), '[]')
     from (select ${ORDER_COLUMNS} from paper_orders where portfolio_id = $1 and state = 'resting') as own) as resting
  from paper_portfolios as p where portfolio_id = $1`,
  columns: {
    ...PORTFOLIO_COLUMNS,
    realised: bigint(),
    sums: json<OpenedPortfolio['sums']>(),
    markets: json<OpenedPortfolio['markets']>(),
    positions: json<OpenedPortfolio['positions']>(),
    resting: json<OpenedPortfolio['resting']>(),
  },
})

/**
 * What sales, settlements and fees of a span made or lost, 1e-4 dollars: a position counts when it is sold or paid, at
 * what it had cost.
 */
export async function realisedBetween(
  db: Database,
  portfolioId: number,
  [fromMs, toMs]: readonly [from: number, to: number],
): Promise<number> {
  return (await realisedOfSpan.first(db, [portfolioId, fromMs, toMs]))!.realised
}

export const realisedOfSpan = statement({ text: `select ${REALISED('$2', '$3')}`, columns: { realised: bigint() } })
