import type { ColumnType, Generated, Insertable, Selectable } from 'kysely'

import type { Bracket } from '../../domain/config/production-config.ts'
import type { StrikeType } from '../../domain/market/settles-yes.ts'
import type { Origin } from '../../framework/step.ts'

/*
 * Units: `day` counts days since 1970-01-01 (a climate day), `*_minute` minutes and `*_ms` milliseconds since the
 * epoch in UTC. Prices are 1e-4 dollars of the YES side (35 cents = 3500), counts are 1e-2 contracts. Every integer
 * arrives as a number: the driver refuses one beyond 2^53.
 */

export interface SeriesTable {
  ticker: string
  city: string
  fee_type: string | null
  fee_multiplier: number | null
}

export interface EventsTable {
  event_id: Generated<number>
  ticker: string
  series_ticker: string
  city: string
  day: number
  origin: Origin
}

export interface MarketsTable {
  market_id: Generated<number>
  event_id: number
  ticker: string
  strike_type: StrikeType
  /** Whole degrees F; null where the bracket has no such side. */
  floor_strike: number | null
  cap_strike: number | null
  open_ms: number | null
  close_ms: number | null
  /** The exchange's word: initialized, active, inactive, closed, determined, disputed, amended, finalized. */
  status: string
  /** The exchange's result; null until there is one. */
  result: 'yes' | 'no' | null
  /** The exchange's own settlement temperature, degrees F; null where it gave none. */
  expiration_value: number | null
  /** Contracts traded by the exchange's count, 1e-2 contracts; null when unknown. Proves completeness of trades. */
  volume_centi: number | null
}

/** A bar of one market. A null quote is an empty side of the book; a null price means that nothing traded. */
export interface CandlesTable {
  market_id: number
  period_minutes: number
  /** The bar is stamped at its end and known then, not before. */
  end_minute: number
  price_open: number | null
  price_high: number | null
  price_low: number | null
  price_close: number | null
  bid_open: number | null
  bid_high: number | null
  bid_low: number | null
  bid_close: number | null
  ask_open: number | null
  ask_high: number | null
  ask_low: number | null
  ask_close: number | null
  volume_centi: number
  open_interest_centi: number
  /** Price and weather are both known for it, so that a model may see it. */
  complete: ColumnType<boolean, boolean | undefined, boolean>
}

/** One print. `ordinal` is the exchange's order within the market: prints share milliseconds, and twins are real. */
export interface TradesTable {
  market_id: number
  ordinal: number
  ts_ms: number
  price: number
  count_centi: number
  taker_yes: boolean
}

/** The top of the book from a moment on, where it was recorded finer than by the minute. A null price is an empty side. */
export interface QuotesTable {
  market_id: number
  ts_ms: number
  bid: number | null
  ask: number | null
  /** 1e-2 contracts; null where the recording has no sizes. */
  bid_size_centi: number | null
  ask_size_centi: number | null
}

export interface ObservationsTable {
  /** ICAO, for example KMIA. */
  station: string
  /** `iem-asos`, `noaa-ghcnh`, `visual-crossing`, `simulated`, or one that a plugin adds. */
  source: string
  valid_ms: number
  report_type: 'routine' | 'special' | 'minute'
  known_ms: number
  temp_f: number | null
  dew_f: number | null
  humidity_pct: number | null
  wind_mph: number | null
  /** True where the source repeated an older value. */
  forward_filled: boolean
  origin: Origin
}

/** When a running loop first received a report: the publication lag of its source is measured from these. */
export interface ReportReceiptsTable {
  station: string
  source: string
  valid_ms: number
  report_type: 'routine' | 'special' | 'minute'
  received_ms: number
  /** When the source was last asked before without having the report; null at a loop's first question. */
  absent_ms: number | null
}

/** Every issuance of a daily maximum that we know of; at most one per city and day is `used`. */
export interface SettlementsTable {
  city: string
  day: number
  /** `nws-cli`, `archive` (a file of official maxima), `ncei`, `iem-daily`, `simulated`, or one that a plugin adds. */
  source: string
  /** The source's id of the issuance; `archive` for a file. */
  product_id: string
  /** `cross-check`: never pays. */
  kind: 'preliminary' | 'final' | 'correction' | 'archive' | 'cross-check'
  /** Null when the source does not say; an archive value is then known at the end of the next day. */
  issued_ms: number | null
  /** Degrees F; null when the report says MM. */
  tmax_f: number | null
  used: boolean
  origin: Origin
}

export interface RawPayloadsTable {
  payload_id: Generated<number>
  source: string
  /** Without keys: they are cut out before anything is stored. */
  url: string
  status: number
  received_ms: number
  /** Of the uncompressed body. */
  sha256: string
  encoding: 'gzip'
  body: Buffer
}

/** What was expected and received of one kind of data for one city-day, with the proof. */
export interface CompletenessTable {
  city: string
  day: number
  kind: 'markets' | 'trades' | 'candles' | 'quotes' | 'observations' | 'settlements'
  source: string
  expected: number | null
  received: number
  complete: boolean
  /** How we know: cursor end, counts, gaps. */
  proof: ColumnType<Record<string, unknown>, string, string>
  updated_ms: number
}

export interface RunsTable {
  run_id: string
  pipeline: string
  params: ColumnType<Record<string, unknown>, string, string>
  kwx_version: string
  started_ms: number
  ended_ms: number | null
  exit: number | null
}

export interface StepRunsTable {
  run_id: string
  /** Step id of the pipeline with its matrix cell, for example `train[miami,between]`. */
  step: string
  use: string
  cache_key: string | null
  status: 'ran' | 'cached' | 'failed' | 'skipped'
  started_ms: number
  ended_ms: number
  exit: number | null
  summary: string | null
  artefacts: ColumnType<Record<string, string>, string, string>
}

/** The simulator's true conditional probability of YES at the end of a minute. */
export interface SimulatedTruthTable {
  market_id: number
  end_minute: number
  p: number
}

/** One window of a version that was promoted. The table only grows. */
export interface ModelsTable {
  /** Hash of the promoted folder, `models/.versions/<version>`. */
  version: string
  wf_window: string
  /** The id in `model.json`. */
  model_id: string
  /** Hash of the pilot artefact. */
  pilot: string
  /** The pilot's name: the stem of its configuration's file. */
  name: string
  city: string
  bracket: Bracket
  feature_set: string
  feature_set_version: string
  first_training_day: number
  /** The last day that training or calibration saw. */
  last_seen_day: number
  first_test_day: number
  last_test_day: number
  /** Hashes of the features and labels artefacts. */
  features: string
  labels: string
  /** SHA-256 of `parameters.json`. */
  parameters: string
  origin: Origin
  kwx_version: string
}

/** One change of what a role of a city and bracket uses. The table only grows. */
export interface PromotionsTable {
  promotion_id: Generated<number>
  city: string
  bracket: Bracket
  role: 'champion' | 'challenger'
  /** 1, 2, ... within city, bracket and role. */
  sequence: number
  at_ms: number
  action: 'promote' | 'rollback' | 'withdraw'
  /** What is live from here on; null after a withdrawal. */
  version: string | null
  from_version: string | null
  /** The promotion that a rollback went back to. */
  returns_to: number | null
  pilot: string | null
  /** Hash of the acceptance report; null where there was none. */
  report: string | null
  /** Hash of the joint blend that showed the skill; null where the report did. */
  joint: string | null
  /** Outcome of the acceptance report. */
  verdict: string | null
  origin: Origin | null
  /** Requirements that were not met and let through, with their sentences. */
  overridden: ColumnType<readonly { requirement: string; sentence: string }[], string, string>
  reason: string | null
  kwx_version: string
}

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

/** From when on a series charges differently, as the exchange says. */
export interface FeeChangesTable {
  series_ticker: string
  scheduled_ms: number
  fee_type: string
  fee_multiplier: number
  seen_ms: number
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

/** Every table that kwx owns. */
export interface Schema {
  series: SeriesTable
  events: EventsTable
  markets: MarketsTable
  candles: CandlesTable
  trades: TradesTable
  quotes: QuotesTable
  observations: ObservationsTable
  settlements: SettlementsTable
  raw_payloads: RawPayloadsTable
  completeness: CompletenessTable
  runs: RunsTable
  step_runs: StepRunsTable
  simulated_truth: SimulatedTruthTable
  models: ModelsTable
  promotions: PromotionsTable
  rt_signals: RtSignalsTable
  rt_minutes: RtMinutesTable
  rt_controls: RtControlsTable
  report_receipts: ReportReceiptsTable
  fee_changes: FeeChangesTable
  rt_late_rows: RtLateRowsTable
  paper_portfolios: PaperPortfoliosTable
  paper_markets: PaperMarketsTable
  paper_orders: PaperOrdersTable
  paper_fills: PaperFillsTable
  paper_positions: PaperPositionsTable
  paper_settlements: PaperSettlementsTable
  paper_ledger: PaperLedgerTable
}

export type { StrikeType }
export type Market = Selectable<MarketsTable>
export type NewMarket = Insertable<MarketsTable>
export type Observation = Selectable<ObservationsTable>
export type Settlement = Selectable<SettlementsTable>
