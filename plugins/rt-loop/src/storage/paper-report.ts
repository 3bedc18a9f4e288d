/*
 * The four reads of the report of a paper portfolio; prices and money in 1e-4 dollars, counts in 1e-2 contracts.
 */
import type { Database } from 'kwx/database'
import { bigint, double, integer, nullable, type RowOf, statement, text } from 'kwx/database'
import type { PaperFillsTable, PaperMarketsTable, PaperOrdersTable, PaperPositionsTable } from './tables.ts'

export const positionsOfPortfolio = statement({
  text: `
    select markets.ticker, city, day, side, count_centi, cost, settlement
    from paper_positions join paper_markets using (portfolio_id, market_id) join markets using (market_id)
      join events using (event_id)
    where portfolio_id = $1 order by day, markets.ticker collate "C"`,
  columns: {
    ticker: text(),
    city: text(),
    day: integer(),
    side: text<PaperPositionsTable['side']>(),
    count_centi: integer(),
    cost: bigint(),
    /** Null while its market trades. */
    settlement: nullable(text<NonNullable<PaperMarketsTable['settlement']>>()),
  },
})

/** Orders that rest. */
export const restingOrders = statement({
  text: `
    select order_no, ticker, at_ms, side, price, want_centi, filled_centi, edge_cents
    from paper_orders join markets using (market_id) where portfolio_id = $1 and state = 'resting' order by order_no`,
  columns: {
    order_no: integer(),
    ticker: text(),
    at_ms: bigint(),
    side: text<PaperOrdersTable['side']>(),
    price: integer(),
    want_centi: integer(),
    filled_centi: integer(),
    edge_cents: double(),
  },
})

/** Fills from a time (`$2`) to a time (`$3`), oldest first. */
export const fillsOfSpan = statement({
  text: `
    select fill_no, order_no, ticker, at_ms, side, action, role, price, count_centi, fee
    from paper_fills join markets using (market_id)
    where portfolio_id = $1 and at_ms >= $2 and at_ms < $3 order by fill_no`,
  columns: {
    fill_no: integer(),
    order_no: integer(),
    ticker: text(),
    at_ms: bigint(),
    side: text<PaperFillsTable['side']>(),
    action: text<PaperFillsTable['action']>(),
    role: text<PaperFillsTable['role']>(),
    price: integer(),
    count_centi: integer(),
    fee: bigint(),
  },
})

/** What the events of each day brought, oldest first: days on which nothing traded are absent. */
export const sumsByDay = statement({
  text: `
    select day, (count(*) filter (where kind = 'trade'))::integer as fills,
      coalesce(-sum(amount) filter (where kind = 'fee'), 0)::bigint as fees,
      (sum(amount) + max(held.cost))::bigint as pnl, max(held.cost)::bigint as open_cost
    from paper_ledger join markets using (market_id) join events using (event_id)
      cross join lateral (
        select coalesce(sum(cost), 0) as cost from paper_positions join markets as own using (market_id)
          join events as same on same.event_id = own.event_id
        where portfolio_id = $1 and same.day = events.day) as held
    where portfolio_id = $1 group by day order by day`,
  columns: {
    day: integer(),
    fills: integer(),
    fees: bigint(),
    /** A position that was not paid counts at its cost. */
    pnl: bigint(),
    /** Cost of what is still held. */
    open_cost: bigint(),
  },
})

export const readPaperPositions = (db: Database, portfolioId: number): Promise<PaperPositionRow[]> =>
  positionsOfPortfolio.rows(db, [portfolioId])

export const readPaperResting = (db: Database, portfolioId: number): Promise<PaperRestingRow[]> =>
  restingOrders.rows(db, [portfolioId])

export const readPaperFills = (
  db: Database,
  portfolioId: number,
  [fromMs, toMs]: readonly [from: number, to: number],
): Promise<PaperFillRow[]> => fillsOfSpan.rows(db, [portfolioId, fromMs, toMs])

export const readPaperDays = (db: Database, portfolioId: number): Promise<PaperDayRow[]> =>
  sumsByDay.rows(db, [portfolioId])

type PaperPositionRow = Readonly<RowOf<typeof positionsOfPortfolio>>
type PaperRestingRow = Readonly<RowOf<typeof restingOrders>>
type PaperFillRow = Readonly<RowOf<typeof fillsOfSpan>>
type PaperDayRow = Readonly<RowOf<typeof sumsByDay>>
