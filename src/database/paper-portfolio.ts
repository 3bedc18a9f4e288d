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

/** Which portfolio, and the last minute that it met: what it holds changes with that minute alone. */
export type LockedPortfolio = Pick<PaperPortfolio, 'portfolio_id' | 'through_minute'>

/**
 * The portfolio of a loop, begun with `bankroll` where there is none, locked until the transaction ends: of two processes
 * that trade on one portfolio, the second decides after the first has committed, on what the first left.
 *
 * @param bankroll  1e-4 dollars; an existing portfolio keeps its own
 * @param minute  the first that a new portfolio will meet
 * @returns which one: what it holds is to be read after this, by another statement, unless it was read at its last minute
 */
export async function lockPortfolio(
  trx: Database,
  { loop, bankroll, minute }: { readonly loop: string; readonly bankroll: number; readonly minute: number },
): Promise<LockedPortfolio> {
  const lock = () =>
    runQuery<LockedPortfolio>(
      trx,
      'select portfolio_id, through_minute from paper_portfolios where loop = $1 for update',
      [loop],
    )
  const [known] = await lock()
  if (known) return known
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
  return (await lock())[0]!
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

const MARKET_COLUMNS = 'markets.*, events.ticker as event_ticker, series_ticker, city, day, origin'

/** Those of some markets that a portfolio has not met. */
export function readNewMarkets(db: Database, portfolioId: number, tickers: readonly string[]): Promise<PaperMarket[]> {
  return runQuery<PaperMarket>(
    db,
    `select ${MARKET_COLUMNS}, null as state from markets join events using (event_id)
     where markets.ticker = any($2::text[]) and not exists (
       select from paper_markets as met where portfolio_id = $1 and met.market_id = markets.market_id)`,
    [portfolioId, tickers],
  )
}

const ORDER_COLUMNS = `order_no, market_id, at_ms, signal_minute, side, action, role, price, want_centi, filled_centi, fee,
  edge_cents, state, queue_centi, confirmed_ms`

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

/** Says what does not add up; null once it does. */
export async function markMismatch(db: Database, portfolioId: number, mismatch: string | null): Promise<void> {
  await runQuery(db, 'update paper_portfolios set mismatch = $2 where portfolio_id = $1', [portfolioId, mismatch])
}

/** Writes what a minute changed, by one statement: a signal waits for it. */
export async function savePaperStep(trx: Database, portfolioId: number, step: PaperStep): Promise<void> {
  await runQuery(trx, SAVE, [portfolioId, JSON.stringify(step)])
  if (step.markets.some(({ stage }) => stage === 'over')) await runQuery(trx, TOTALS, [portfolioId])
}

const COLUMNS = {
  paper_markets: `market_id, next_ordinal, next_candle, next_quote_ms, bid, ask, bid_size, ask_size, last_print, bid_ms,
    ask_ms, waiting_minute, waiting_p, waiting_view, obstacle, next_minute, next_p, next_view, stage, settlement`,
  paper_orders: ORDER_COLUMNS,
  paper_fills: 'fill_no, order_no, market_id, end_minute, at_ms, side, action, role, price, count_centi, fee, cost',
  paper_positions: 'market_id, side, count_centi, cost',
  paper_settlements: 'market_id, end_minute, at_ms, result, side, count_centi, cost, paid',
  paper_ledger: 'entry_no, end_minute, at_ms, kind, market_id, fill_no, amount, balance',
}

type PaperTable = keyof typeof COLUMNS

/** Rows of a table from the objects under `name`, which say its columns without the portfolio. */
const insertOf = (table: PaperTable, name: keyof PaperStep, where = 'true') =>
  `insert into ${table} (portfolio_id, ${COLUMNS[table]}) select $1, ${COLUMNS[table]}
   from jsonb_populate_recordset(null::${table}, $2::jsonb->'${name}') as given where ${where}`

const upsertOf = (table: PaperTable, name: keyof PaperStep, key: string, changing: readonly string[], where?: string) =>
  `${insertOf(table, name, where)} on conflict (portfolio_id, ${key}) do update set
   ${changing.map((column) => `${column} = excluded.${column}`).join(', ')}`

const MARKET_CHANGES = COLUMNS.paper_markets.split(/,\s*/).slice(1)
const ORDER_CHANGES = ['filled_centi', 'fee', 'state', 'queue_centi', 'confirmed_ms']

const SAVE = `
  with markets as (${upsertOf('paper_markets', 'markets', 'market_id', MARKET_CHANGES)}),
  orders as (${upsertOf('paper_orders', 'orders', 'order_no', ORDER_CHANGES)}),
  fills as (${insertOf('paper_fills', 'fills')}),
  closed as (
    delete from paper_positions using jsonb_to_recordset($2::jsonb->'positions') as given (market_id integer, count_centi integer)
    where portfolio_id = $1 and paper_positions.market_id = given.market_id and given.count_centi = 0
  ),
  positions as (${upsertOf('paper_positions', 'positions', 'market_id', ['side', 'count_centi', 'cost'], 'count_centi > 0')}),
  settlements as (${insertOf('paper_settlements', 'settlements')}),
  entries as (${insertOf('paper_ledger', 'entries')})
  update paper_portfolios as own set through_minute = given.through_minute, cash = given.cash, locked = given.locked,
    reserved = given.reserved, mismatch = null
  from jsonb_to_record($2::jsonb) as given (through_minute integer, cash bigint, locked bigint, reserved bigint)
  where portfolio_id = $1`

const TOTALS = `
  update paper_markets as known set total_cash = coalesce(
    (select sum(amount) from paper_ledger where portfolio_id = $1 and market_id = known.market_id), 0)
  where portfolio_id = $1 and stage = 'over' and total_cash is null`
