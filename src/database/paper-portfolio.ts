import type { MarketRow } from './markets.ts'
import type { Database } from './open-database.ts'
import { type PaperSums, SUMS } from './paper-reconciliation.ts'
import { runQuery } from './run-query.ts'
import type {
  PaperFillsTable,
  PaperLedgerTable,
  PaperMarketsTable,
  PaperOrdersTable,
  PaperPortfoliosTable,
  PaperPositionsTable,
  PaperSettlementsTable,
} from './schema.ts'

/** A portfolio, with the numbers that its next order, fill and ledger entry get. */
export interface PaperPortfolio extends Omit<PaperPortfoliosTable, 'portfolio_id'> {
  readonly portfolio_id: number
  readonly next_order: number
  readonly next_fill: number
  readonly next_entry: number
}

type OfPortfolio<Table> = Omit<Table, 'portfolio_id'>
export type PaperMarketState = Omit<OfPortfolio<PaperMarketsTable>, 'total_cash'>
export type PaperOrder = OfPortfolio<PaperOrdersTable>
export type PaperFill = OfPortfolio<PaperFillsTable>
export type PaperPosition = OfPortfolio<PaperPositionsTable>
export type PaperSettlement = OfPortfolio<PaperSettlementsTable>
export type PaperEntry = OfPortfolio<PaperLedgerTable>

/** A market with what the portfolio knows of it; null for one that it has not met. */
export interface PaperMarket extends MarketRow {
  readonly state: PaperMarketState | null
}

/** What one minute changes. Rows that are there already, by their numbers and markets, are replaced; what only grows is added to. */
export interface PaperStep {
  readonly through_minute: number
  readonly cash: number
  readonly locked: number
  readonly reserved: number
  readonly markets: readonly PaperMarketState[]
  readonly orders: readonly PaperOrder[]
  readonly fills: readonly PaperFill[]
  /** Those that changed; a count of 0 takes the row away. */
  readonly positions: readonly PaperPosition[]
  readonly settlements: readonly PaperSettlement[]
  readonly entries: readonly PaperEntry[]
}

/**
 * The portfolio of a loop, begun with `bankroll` where there is none, locked until the transaction ends: of two processes
 * that trade on one portfolio, the second decides after the first has committed, on what the first left.
 *
 * @param bankroll  1e-4 dollars; an existing portfolio keeps its own
 * @param minute  the first that a new portfolio will meet
 * @returns its id: what it holds is to be read after this, by another statement
 */
export async function lockPortfolio(
  trx: Database,
  { loop, bankroll, minute }: { readonly loop: string; readonly bankroll: number; readonly minute: number },
): Promise<number> {
  const lock = () =>
    runQuery<{ portfolio_id: number }>(trx, 'select portfolio_id from paper_portfolios where loop = $1 for update', [
      loop,
    ])
  const [known] = await lock()
  if (known) return known.portfolio_id
  await runQuery(
    trx,
    `with begun as (
       insert into paper_portfolios (loop, bankroll, first_minute, through_minute, cash, locked, reserved)
       values ($1, $2, $3, $3 - 1, $2, 0, 0) on conflict do nothing returning portfolio_id
     )
     insert into paper_ledger (portfolio_id, entry_no, end_minute, at_ms, kind, amount, balance)
     select portfolio_id, 1, $3 - 1, ($3 - 1)::bigint * 60000, 'bankroll', $2, $2 from begun`,
    [loop, bankroll, minute],
  )
  return (await lock())[0]!.portfolio_id
}

/** The portfolio of a loop as it is; null before its first minute. */
export async function findPortfolio(db: Database, loop: string): Promise<PaperPortfolio | null> {
  const [row] = await runQuery<PaperPortfolio>(
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

/** The markets that are not over, and those of some tickers, in the order of their tickers. */
export function readPaperMarkets(
  db: Database,
  portfolioId: number,
  tickers: readonly string[] = [],
): Promise<PaperMarket[]> {
  return runQuery<PaperMarket>(
    db,
    `select markets.*, events.ticker as event_ticker, series_ticker, city, day, origin,
       case when known.market_id is null then null else to_jsonb(known) - 'portfolio_id' - 'total_cash' end as state
     from markets join events using (event_id)
       left join paper_markets as known on known.market_id = markets.market_id and known.portfolio_id = $1
     where markets.market_id in (
       select market_id from paper_markets where portfolio_id = $1 and stage <> 'over'
       union all select market_id from markets where ticker = any($2::text[]) and not exists (
         select from paper_markets as met where portfolio_id = $1 and met.market_id = markets.market_id))
     order by markets.ticker collate "C"`,
    [portfolioId, tickers],
  )
}

const ORDER_COLUMNS = `order_no, market_id, at_ms, signal_minute, side, action, role, price, want_centi, filled_centi, fee,
  edge_cents, state, queue_centi, confirmed_ms`

/** A portfolio at the start of a minute. */
export interface OpenedPortfolio {
  readonly portfolio: PaperPortfolio
  readonly sums: PaperSums
  /** By market. */
  readonly positions: readonly PaperPosition[]
  /** Oldest first. */
  readonly resting: readonly PaperOrder[]
  /** What sales, settlements and fees of the span made or lost, 1e-4 dollars. */
  readonly realised: number
}

const REALISED = (from: string, to: string) => `(
  coalesce((select sum(case action when 'sell' then price * count_centi::bigint / 100 + cost else 0 end - fee)
    from paper_fills where portfolio_id = $1 and at_ms >= ${from} and at_ms < ${to}), 0) +
  coalesce((select sum(paid - cost) from paper_settlements where portfolio_id = $1 and at_ms >= ${from} and at_ms < ${to}), 0)
)::bigint as realised`

/**
 * A portfolio with what it holds, what rests, what a span made or lost, and what its rows add up to: by one statement,
 * since a signal waits for it.
 *
 * @param whole  as in `paperSums`
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
  const { sums, positions, resting, realised, ...portfolio } = row!
  return { portfolio, sums, positions, resting, realised }
}

const OPEN = `
  select ${PORTFOLIO_COLUMNS}, ${REALISED('$3', '$4')},
    (select to_jsonb(sums) from (${SUMS}) as sums) as sums,
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

/** Says what does not add up; null once it does. */
export async function markMismatch(db: Database, portfolioId: number, mismatch: string | null): Promise<void> {
  await runQuery(db, 'update paper_portfolios set mismatch = $2 where portfolio_id = $1', [portfolioId, mismatch])
}

/** Writes what a minute changed. */
export async function savePaperStep(trx: Database, portfolioId: number, step: PaperStep): Promise<void> {
  const { markets, orders, fills, positions, settlements, entries } = step
  const write = (rows: readonly object[], sql: string) =>
    rows.length === 0 ? null : runQuery(trx, sql, [portfolioId, JSON.stringify(rows)])
  const { through_minute, cash, locked, reserved } = step
  await runQuery(trx, SAVE, [portfolioId, JSON.stringify(markets), through_minute, cash, locked, reserved])
  await write(orders, SAVE_ORDERS)
  await write(fills, insertOf('paper_fills'))
  await write(
    positions.filter(({ count_centi }) => count_centi === 0),
    `delete from paper_positions using jsonb_to_recordset($2::jsonb) as given (market_id integer)
     where portfolio_id = $1 and paper_positions.market_id = given.market_id`,
  )
  await write(
    positions.filter(({ count_centi }) => count_centi > 0),
    SAVE_POSITIONS,
  )
  await write(settlements, insertOf('paper_settlements'))
  await write(entries, insertOf('paper_ledger'))
  if (markets.some(({ stage }) => stage === 'over')) await runQuery(trx, TOTALS, [portfolioId])
}

/** Rows of a table from JSON objects that name its columns, without the portfolio. */
const rowsOf = (table: string) => `jsonb_populate_recordset(null::${table}, $2::jsonb) as given`

const COLUMNS = {
  paper_markets: `market_id, next_ordinal, next_candle, next_quote_ms, bid, ask, bid_size, ask_size, last_print, bid_ms,
    ask_ms, waiting_minute, waiting_p, waiting_view, obstacle, next_minute, next_p, next_view, stage, settlement`,
  paper_orders: ORDER_COLUMNS,
  paper_fills: 'fill_no, order_no, market_id, end_minute, at_ms, side, action, role, price, count_centi, fee, cost',
  paper_positions: 'market_id, side, count_centi, cost',
  paper_settlements: 'market_id, end_minute, at_ms, result, side, count_centi, cost, paid',
  paper_ledger: 'entry_no, end_minute, at_ms, kind, market_id, fill_no, amount, balance',
}

const insertOf = (table: keyof typeof COLUMNS) =>
  `insert into ${table} (portfolio_id, ${COLUMNS[table]}) select $1, ${COLUMNS[table]} from ${rowsOf(table)}`

const upsertOf = (table: keyof typeof COLUMNS, key: string, changing: readonly string[]) =>
  `${insertOf(table)} on conflict (portfolio_id, ${key}) do update set
   ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}`

const TOTALS = `
  update paper_markets as known set total_cash = coalesce(
    (select sum(amount) from paper_ledger where portfolio_id = $1 and market_id = known.market_id), 0)
  where portfolio_id = $1 and stage = 'over' and total_cash is null`

const SAVE = `
  with markets as (${upsertOf('paper_markets', 'market_id', COLUMNS.paper_markets.split(/,\s*/).slice(1))})
  update paper_portfolios set through_minute = $3, cash = $4, locked = $5, reserved = $6, mismatch = null
  where portfolio_id = $1`
const SAVE_ORDERS = upsertOf('paper_orders', 'order_no', [
  'filled_centi',
  'fee',
  'state',
  'queue_centi',
  'confirmed_ms',
])
const SAVE_POSITIONS = upsertOf('paper_positions', 'market_id', ['side', 'count_centi', 'cost'])
