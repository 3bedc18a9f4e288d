import type {
  PaperFillsTable,
  PaperLedgerTable,
  PaperMarketsTable,
  PaperOrdersTable,
  PaperPortfoliosTable,
  PaperPositionsTable,
  PaperSettlementsTable,
} from './tables.ts'

type OfPortfolio<Table> = Omit<Table, 'portfolio_id'>
export type PaperMarketState = Omit<OfPortfolio<PaperMarketsTable>, 'total_cash'>
export type PaperOrder = OfPortfolio<PaperOrdersTable>
export type PaperFill = OfPortfolio<PaperFillsTable>
export type PaperPosition = OfPortfolio<PaperPositionsTable>
export type PaperSettlement = OfPortfolio<PaperSettlementsTable>
export type PaperEntry = OfPortfolio<PaperLedgerTable>

/** What one minute changes. Rows that are there already, by their numbers and markets, are replaced; what only grows is added to. */
export interface PaperStep
  extends Readonly<Pick<PaperPortfoliosTable, 'through_minute' | 'cash' | 'locked' | 'reserved'>> {
  readonly markets: readonly PaperMarketState[]
  readonly orders: readonly PaperOrder[]
  readonly fills: readonly PaperFill[]
  /** Those that changed; a count of 0 takes the row away. */
  readonly positions: readonly PaperPosition[]
  readonly settlements: readonly PaperSettlement[]
  readonly entries: readonly PaperEntry[]
}

export const ORDER_COLUMNS = `order_no, market_id, at_ms, signal_minute, side, action, role, price, want_centi, filled_centi, fee,
  edge_cents, state, queue_centi, confirmed_ms`

const COLUMNS = {
  paper_markets: `market_id, next_ordinal, next_candle, next_quote_ms, bid, ask, bid_size, ask_size, last_print, bid_ms,
    ask_ms, waiting_minute, waiting_p, waiting_view, obstacle, next_minute, next_p, next_view, stage, settlement, total_cash`,
  paper_orders: ORDER_COLUMNS,
  paper_fills: 'fill_no, order_no, market_id, end_minute, at_ms, side, action, role, price, count_centi, fee, cost',
  paper_positions: 'market_id, side, count_centi, cost',
  paper_settlements: 'market_id, end_minute, at_ms, result, side, count_centi, cost, paid',
  paper_ledger: 'entry_no, end_minute, at_ms, kind, market_id, fill_no, amount, balance',
}

const MARKET_CHANGES = COLUMNS.paper_markets.split(/,\s*/).slice(1)
const ORDER_CHANGES = ['filled_centi', 'fee', 'state', 'queue_centi', 'confirmed_ms']

/**
 * Parts of a statement that write a step for the portfolio that `own` says, a part of one row or of none: then nothing is
 * written.
 *
 * @param step  SQL of the step as JSON
 */
export function writePaperStep(own: string, step: string): string {
  type PaperTable = keyof typeof COLUMNS
  // What a market brought or took in all is written once it is over: nothing of it changes afterwards.
  const totalCash = `case stage when 'over' then
    coalesce((select sum(amount) from paper_ledger where portfolio_id = ${own}.portfolio_id and market_id = given.market_id), 0)
    + coalesce((select sum(amount) from jsonb_to_recordset(${step}->'entries') as entry (market_id integer, amount bigint)
                where entry.market_id = given.market_id), 0) end`
  const insert = (table: PaperTable, name: keyof PaperStep, where = 'true') =>
    `insert into ${table} (portfolio_id, ${COLUMNS[table]})
     select ${own}.portfolio_id, ${COLUMNS[table].replace('total_cash', totalCash)}
     from ${own}, jsonb_populate_recordset(null::${table}, ${step}->'${name}') as given where ${where}`
  const upsert = (table: PaperTable, name: keyof PaperStep, key: string, changing: readonly string[], where?: string) =>
    `${insert(table, name, where)} on conflict (portfolio_id, ${key}) do update set
     ${changing.map((column) => `${column} = excluded.${column}`).join(', ')}`
  return `
  paper_markets_written as (${upsert('paper_markets', 'markets', 'market_id', MARKET_CHANGES)}),
  paper_orders_written as (${upsert('paper_orders', 'orders', 'order_no', ORDER_CHANGES)}),
  paper_fills_written as (${insert('paper_fills', 'fills')}),
  paper_positions_closed as (
    delete from paper_positions
    using ${own}, jsonb_to_recordset(${step}->'positions') as given (market_id integer, count_centi integer)
    where paper_positions.portfolio_id = ${own}.portfolio_id and paper_positions.market_id = given.market_id
      and given.count_centi = 0
  ),
  paper_positions_written as (
    ${upsert('paper_positions', 'positions', 'market_id', ['side', 'count_centi', 'cost'], 'count_centi > 0')}
  ),
  paper_settlements_written as (${insert('paper_settlements', 'settlements')}),
  paper_ledger_written as (${insert('paper_ledger', 'entries')})`
}
