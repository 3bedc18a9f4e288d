import type { ColumnType, Generated } from 'kysely'

import type { Bracket } from '../../domain/config/production-config.ts'
import type { Observation } from '../../domain/features/observation.ts'
import type { Market, MarketRow } from '../../domain/market/market.ts'
import type { Settlement } from '../../domain/market/settlement.ts'

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

export interface EventsTable extends Pick<MarketRow, 'series_ticker' | 'city' | 'day' | 'origin'> {
  event_id: Generated<number>
  ticker: string
}

export interface MarketsTable extends Omit<Market, 'market_id'> {
  market_id: Generated<number>
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

/** The e-process of a promoted champion. Only its end is written later. */
export interface EProcessesTable {
  /** The promotion that started it. */
  promotion_id: number
  city: string
  bracket: Bracket
  version: string
  /** Ids of the version's models: only their signals count. */
  model_ids: ColumnType<readonly string[], string, never>
  /** The day after the promotion, in the city's standard time. */
  first_day: number
  /** Differences of days are clipped to ±clip, nats. */
  clip: number
  started_ms: number
  /** When another promotion, or a withdrawal, ended it; null while it is live. */
  ended_ms: number | null
}

/** A settled day of an e-process. The table only grows, in rising order of days. */
export interface EProcessDaysTable {
  promotion_id: number
  day: number
  /** Mean over market-hours of the delivered probability's log loss minus the market's, nats, before clipping. */
  difference: number
  market_hours: number
  /** Both processes after the day, at most 1e300. */
  e_for: number
  e_against: number
  /** The difference was beyond ±clip. */
  clipped: boolean
  /** Tickers of the bracket's markets that said YES, with commas between them; what the day was scored on. */
  yes_markets: string
  added_ms: number
}

/** The tables of the kit: market data, weather, provenance, e-processes and runs. What one plugin owns stands in its `storage/tables.ts`. */
export interface Schema {
  series: SeriesTable
  events: EventsTable
  markets: MarketsTable
  candles: CandlesTable
  trades: TradesTable
  quotes: QuotesTable
  observations: Observation
  settlements: Settlement
  raw_payloads: RawPayloadsTable
  completeness: CompletenessTable
  runs: RunsTable
  step_runs: StepRunsTable
  report_receipts: ReportReceiptsTable
  e_processes: EProcessesTable
  e_process_days: EProcessDaysTable
}
