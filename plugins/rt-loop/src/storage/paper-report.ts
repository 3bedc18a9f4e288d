import type { Database } from 'kwx/database'
import { runQuery } from 'kwx/database'

/** A position, an order or a fill with its market; prices and money in 1e-4 dollars, counts in 1e-2 contracts. */
interface PaperPositionRow {
  readonly ticker: string
  readonly city: string
  readonly day: number
  readonly side: 'yes' | 'no'
  readonly count_centi: number
  readonly cost: number
  /** Null while its market trades. */
  readonly settlement: string | null
}

interface PaperRestingRow {
  readonly order_no: number
  readonly ticker: string
  readonly at_ms: number
  readonly side: 'yes' | 'no'
  readonly price: number
  readonly want_centi: number
  readonly filled_centi: number
  readonly edge_cents: number
}

interface PaperFillRow {
  readonly fill_no: number
  readonly order_no: number
  readonly ticker: string
  readonly at_ms: number
  readonly side: 'yes' | 'no'
  readonly action: 'buy' | 'sell'
  readonly role: 'maker' | 'taker'
  readonly price: number
  readonly count_centi: number
  readonly fee: number
}

/** What the events of one day brought. A position that was not paid counts at its cost. */
interface PaperDayRow {
  readonly day: number
  readonly fills: number
  readonly fees: number
  readonly pnl: number
  /** Cost of what is still held. */
  readonly open_cost: number
}

export const readPaperPositions = (db: Database, portfolioId: number): Promise<PaperPositionRow[]> =>
  runQuery<PaperPositionRow>(
    db,
    `select markets.ticker, city, day, side, count_centi, cost, settlement
     from paper_positions join paper_markets using (portfolio_id, market_id) join markets using (market_id)
       join events using (event_id)
     where portfolio_id = $1 order by day, markets.ticker collate "C"`,
    [portfolioId],
  )

export const readPaperResting = (db: Database, portfolioId: number): Promise<PaperRestingRow[]> =>
  runQuery<PaperRestingRow>(
    db,
    `select order_no, ticker, at_ms, side, price, want_centi, filled_centi, edge_cents
     from paper_orders join markets using (market_id) where portfolio_id = $1 and state = 'resting' order by order_no`,
    [portfolioId],
  )

/** Fills of a span, oldest first. */
export const readPaperFills = (
  db: Database,
  portfolioId: number,
  [fromMs, toMs]: readonly [from: number, to: number],
): Promise<PaperFillRow[]> =>
  runQuery<PaperFillRow>(
    db,
    `select fill_no, order_no, ticker, at_ms, side, action, role, price, count_centi, fee
     from paper_fills join markets using (market_id)
     where portfolio_id = $1 and at_ms >= $2 and at_ms < $3 order by fill_no`,
    [portfolioId, fromMs, toMs],
  )

/** By event day, oldest first: days on which nothing traded are absent. */
export const readPaperDays = (db: Database, portfolioId: number): Promise<PaperDayRow[]> =>
  runQuery<PaperDayRow>(
    db,
    `select day, (count(*) filter (where kind = 'trade'))::integer as fills,
       coalesce(-sum(amount) filter (where kind = 'fee'), 0)::bigint as fees,
       (sum(amount) + max(held.cost))::bigint as pnl, max(held.cost)::bigint as open_cost
     from paper_ledger join markets using (market_id) join events using (event_id)
       cross join lateral (
         select coalesce(sum(cost), 0) as cost from paper_positions join markets as own using (market_id)
           join events as same on same.event_id = own.event_id
         where portfolio_id = $1 and same.day = events.day) as held
     where portfolio_id = $1 group by day order by day`,
    [portfolioId],
  )
