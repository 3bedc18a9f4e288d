import type { ColumnType, Generated } from 'kysely'

/*
 * Units: `day` counts days since 1970-01-01 (a climate day), `*_minute` minutes and `*_ms` milliseconds since the
 * epoch in UTC. Prices are 1e-4 dollars, counts 1e-2 contracts.
 */

/** See `Signal`. */
export interface RtSignalsTable {
  ts_utc: Date
  market_ticker: string
  city: string
  bracket: string
  p_model: number | null
  p_market: number | null
  p_blend: number | null
  edge_cents: number | null
  kelly_fraction: number | null
  size_fraction: number | null
  spread_cents: number | null
  minutes_to_close: number
  model_id: string | null
  wf_window: string | null
  side: 'yes' | 'no' | null
  stand_down: string | null
  candidate: boolean
  trace: ColumnType<Record<string, unknown>, string, string>
  created_at: Date
}

/** A minute that a loop worked through. */
export interface RtMinutesTable {
  loop: string
  end_minute: number
  signals: number
  stand_downs: number
  ended_ms: number
}

/** A print or candle that came after the loop had worked through its minute; see `LateRow`. */
export interface RtLateRowsTable {
  late_id: Generated<number>
  market_id: number
  kind: 'print' | 'candle'
  at_ms: number
  after_minute: number
  came: ColumnType<Record<string, unknown>, string, string>
  was: ColumnType<Record<string, unknown> | null, string | null, string | null>
  received_ms: number
}

/** Commands to all loops; the newest counts. */
export interface RtControlsTable {
  control_id: Generated<number>
  at_ms: number
  command: 'stop' | 'pause' | 'resume'
  reason: string
}

/** The paper portfolio of one loop; money is 1e-4 dollars. */
export interface PaperPortfoliosTable {
  portfolio_id: Generated<number>
  /** See `WorkedMinute`. */
  loop: string
  bankroll: number
  first_minute: number
  /** The last minute whose prices, results and signals it has met. */
  through_minute: number
  cash: number
  /** What open positions cost. */
  locked: number
  /** What resting orders would spend. */
  reserved: number
  /** What does not add up; null where all does. */
  mismatch: string | null
}

/** What a portfolio has seen of a market: the book in cents of YES and 1e-2 contracts, and the signals not acted on yet. */
export interface PaperMarketsTable {
  portfolio_id: number
  market_id: number
  /** Where to go on reading: the first print, candle and quote that were not met. */
  next_ordinal: number
  next_candle: number
  next_quote_ms: number
  bid: number
  ask: number
  bid_size: number
  ask_size: number
  last_print: number
  bid_ms: number
  ask_ms: number
  /** The signal that has found no usable book yet, and why not. */
  waiting_minute: number | null
  waiting_p: number | null
  waiting_view: boolean | null
  obstacle: string | null
  /** The newest signal, which is acted on in the next minute. */
  next_minute: number | null
  next_p: number | null
  next_view: boolean | null
  /** `over`: closed, and nothing is held that waits for a result. */
  stage: 'trading' | 'closed' | 'over'
  /** What became of a position that was held at the close. */
  settlement: 'awaited' | 'blank' | 'contradictory' | 'missing' | 'paid' | null
  /** All cash that moved in it, fees included, once it is over; else null. */
  total_cash: number | null
}

/** A paper order; prices are 1e-4 dollars of its own side. */
export interface PaperOrdersTable {
  portfolio_id: number
  order_no: number
  market_id: number
  at_ms: number
  signal_minute: number
  side: 'yes' | 'no'
  action: 'buy' | 'sell'
  role: 'maker' | 'taker'
  price: number
  want_centi: number
  filled_centi: number
  fee: number
  edge_cents: number
  state: string
  queue_centi: number
  confirmed_ms: number
}

/** A part of an order that traded. The table only grows. */
export interface PaperFillsTable {
  portfolio_id: number
  fill_no: number
  order_no: number
  market_id: number
  /** The minute in which it was met. */
  end_minute: number
  at_ms: number
  side: 'yes' | 'no'
  action: 'buy' | 'sell'
  role: 'maker' | 'taker'
  price: number
  count_centi: number
  fee: number
  /** By how much what the position cost went up or, negative, down. */
  cost: number
}

export interface PaperPositionsTable {
  portfolio_id: number
  market_id: number
  side: 'yes' | 'no'
  count_centi: number
  cost: number
}

/** A position that was paid, or lost. The table only grows. */
export interface PaperSettlementsTable {
  portfolio_id: number
  market_id: number
  end_minute: number
  at_ms: number
  result: 'yes' | 'no'
  side: 'yes' | 'no'
  count_centi: number
  cost: number
  paid: number
}

/** Every movement of cash. The table only grows. */
export interface PaperLedgerTable {
  portfolio_id: number
  entry_no: number
  end_minute: number
  at_ms: number
  kind: 'bankroll' | 'trade' | 'fee' | 'settlement'
  market_id: number | null
  fill_no: number | null
  amount: number
  /** After it. */
  balance: number
}

/** The tables that this plugin owns. */
export type LoopTables = {
  rt_signals: RtSignalsTable
  rt_minutes: RtMinutesTable
  rt_late_rows: RtLateRowsTable
  rt_controls: RtControlsTable
  paper_portfolios: PaperPortfoliosTable
  paper_markets: PaperMarketsTable
  paper_orders: PaperOrdersTable
  paper_fills: PaperFillsTable
  paper_positions: PaperPositionsTable
  paper_settlements: PaperSettlementsTable
  paper_ledger: PaperLedgerTable
}
