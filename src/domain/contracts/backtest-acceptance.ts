import type { ReportVerdict } from './verdict.ts'

/** How well a backtest did under one rule of filling. A null has its reason in `reasons`. */
export interface BacktestMetrics {
  /** Mean of the daily P&L over its standard deviation (ddof 0), times the root of 365; idle days count. */
  readonly sharpe: number | null
  /** Largest fall of the daily equity from its highest value before, as a share of that value. */
  readonly max_drawdown: number | null
  /** Expected calibration error of P(YES), ten equal bins, over the signals whose orders opened a position. */
  readonly ece: number | null
  /** Fees over the P&L before fees; null where that is not above 0. */
  readonly fee_ratio: number | null
  /** After fees. */
  readonly total_pnl_cents: number
  /** Before fees. */
  readonly gross_pnl_cents: number
  readonly total_fees_cents: number
  /** Orders that traded, wholly or in part. */
  readonly n_trades: number
}

/** Opening orders of one group: what they claimed, and what their contracts were worth at settlement. */
export interface AdverseSelection {
  readonly group: string
  readonly orders: number
  /** Contracts. */
  readonly wanted: number
  readonly filled: number
  /** Cents per filled contract that the orders claimed as their edge. */
  readonly claimed_edge: number | null
  /** Cents per filled contract at settlement, after fees. */
  readonly realised_edge: number | null
  /** Cents per contract that the unfilled rest would have earned: what was left is what nobody gave us. */
  readonly unfilled_edge: number | null
}

/** Opening fills whose orders claimed an edge in [low, high) cents. */
export interface EdgeBucket {
  readonly low: number
  /** Null: no upper end. */
  readonly high: number | null
  readonly orders: number
  readonly contracts: number
  readonly claimed_edge: number | null
  readonly realised_edge: number | null
  /** Day-block percentile interval of `realised_edge`; null with fewer than two event days. */
  readonly realised_low: number | null
  readonly realised_high: number | null
  readonly days: number
}

/** Ends of a percentile interval by resampling whole days; null where there is none or it is not finite. */
export interface DayInterval {
  readonly low: number | null
  readonly high: number | null
}

/** That of the Sharpe ratio, with the share of draws whose ratio is above 2. */
export interface SharpeInterval extends DayInterval {
  readonly probability_above_2: number | null
}

/** One rule of filling: its metrics and what they come from. */
export interface BacktestBand {
  readonly metrics: BacktestMetrics
  /** Why a metric is null, by its name. */
  readonly reasons: Readonly<Record<string, string>>
  readonly sharpe_interval: SharpeInterval & {
    readonly level: number
    readonly draws: number
    readonly days: number
  }
  /** Of the days in the order drawn. */
  readonly max_drawdown_interval: DayInterval
  /** An end is null, too, where that many draws have no profit before fees. */
  readonly fee_ratio_interval: DayInterval
  readonly days: { readonly all: number; readonly traded: number; readonly idle: number }
  readonly orders: number
  readonly fills: number
  /** What was bought and sold over the bankroll. */
  readonly turnover: number
  /** Contracts filled of those that resting orders wanted; null without one. */
  readonly fill_rate: number | null
  /** Contracts filled as maker of all that were filled; null without one. */
  readonly maker_share: number | null
  /** Positions that were never paid: their market has no settlement, or a contradictory one. */
  readonly unsettled: number
  readonly contradictory: number
  readonly crossed_quotes: number
  /** How signals ended, by name; orders, by how they ended. */
  readonly signals: Readonly<Record<string, number>>
  readonly order_ends: Readonly<Record<string, number>>
  readonly adverse_selection: {
    readonly by_role: readonly AdverseSelection[]
    /** Hour of local standard time. */
    readonly by_hour: readonly AdverseSelection[]
    /** Where the running maximum of the station's reports stood, seen from the bracket. */
    readonly by_distance: readonly AdverseSelection[]
  }
  readonly edge_buckets: readonly EdgeBucket[]
}

/** One gate: the worst of the rules against a threshold. */
export interface BacktestGate {
  /** The origin's, for `actual`. */
  readonly threshold: number
  /** Of the days as they were. */
  readonly actual: number | null
  readonly passed: boolean
  /**
   * Which figure decides against `judged_threshold`: the lower end (must be above it), the upper end and `actual` (at
   * most), `actual` alone (at least), or none: the figure is only reported.
   */
  readonly judged: 'low' | 'high' | 'actual' | 'none'
  readonly judged_threshold?: number
  /** Ends over resampled days, each the worst of the rules. */
  readonly low?: number | null
  readonly high?: number | null
  /** Share of draws with a Sharpe ratio above 2. */
  readonly probability_above_2?: number | null
}

/** The gates by name. */
export type BacktestGates = Readonly<
  Record<'ece' | 'sharpe' | 'max_drawdown' | 'fee_ratio' | 'traded_days', BacktestGate>
>

/** `07_backtest_acceptance.json`. */
export interface BacktestAcceptanceFile {
  readonly verdict: ReportVerdict
  readonly passed: boolean
  readonly city: string
  readonly bracket: string
  readonly origin: string
  /** Hashes of the pilot and blend artefacts. */
  readonly pilot: string
  readonly blend: string
  /** Of the pessimistic rule. */
  readonly metrics: BacktestMetrics
  readonly gates: BacktestGates
  readonly bands: Readonly<Record<'pessimistic' | 'queue_last' | 'touch', BacktestBand>>
  /** How days were resampled for every interval of the gates. */
  readonly resampling: { readonly draws: number; readonly level: number; readonly seed: number }
  /** Calendar days of the test span, all of them. */
  readonly span: { readonly first_day: string; readonly last_day: string; readonly days: number }
  /** The pessimistic rule with signals that come later. */
  readonly latency: readonly (BacktestMetrics & { readonly delay_minutes: number })[]
  /** The pessimistic rule with the model's own probability, and with the market's price taken for one. */
  readonly alternatives: readonly (BacktestMetrics & { readonly probability: 'model' | 'market' })[]
  readonly data: {
    readonly price_source: string
    /** Whether bid and ask were recorded or follow from the takers' sides. */
    readonly book: 'recorded' | 'implied'
    readonly markets: number
    readonly signals: number
    /** Those that differ from the market's price: the others claim no edge and are not traded on. */
    readonly signals_with_view: number
    readonly prints: number
    readonly quotes: number
    /** Rows that could not be used, by reason. */
    readonly refused: Readonly<Record<string, number>>
    readonly markets_unsettled: number
    readonly markets_contradictory: number
  }
  readonly limits: Readonly<Record<string, number>>
  /** What is taken for granted about execution; never searched over. */
  readonly assumptions: Readonly<Record<string, number>>
  readonly fees: readonly {
    readonly from: string | null
    readonly type: string
    readonly multiplier: number
    readonly grain: string
  }[]
}
