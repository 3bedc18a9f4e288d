/** How a resting order is taken to be filled; listed from cautious to generous. */
export const FILL_RULES = ['through', 'queue_last', 'touch'] as const
/**
 * `through`: only a print beyond the limit fills. `queue_last`: a print at the limit does too, once all that stood there
 * before us has traded. `touch`: a print at the limit fills us first. None fills more than the print's own size.
 */
export type FillRule = (typeof FILL_RULES)[number]

/**
 * What the simulation takes for granted about execution.
 *
 * Constants on purpose: they are no parameters of any model, step or configuration, so that nothing can be searched for
 * the value at which a strategy looks best. All are reported in `07_backtest_acceptance.json`.
 */
export const ASSUMPTIONS = {
  /** 1e-4 dollars at the start. */
  bankroll: 100_000_000,
  /** A resting order is cancelled this long after the last signal that confirmed it. */
  orderLifeMs: 15 * 60_000,
  /** A signal that found no usable book for this long is given up. */
  signalLifeMs: 5 * 60_000,
  /** A side of the book older than this is not traded on. */
  quoteAgeMs: 15 * 60_000,
  /** Smallest order, 1e-2 contracts. */
  leastCenti: 100,
  /** What stands ahead of us at a price whose size nobody told, at least; 1e-2 contracts. */
  queueCenti: 10_000,
  /** The most that is taken where no size is displayed, and never more than the last print; 1e-2 contracts. */
  takeCenti: 10_000,
  /** A settled position pays this long after the end of its climate day (the exchange pays the next morning). */
  settlementMs: 9 * 3_600_000,
} as const

/** The part of a production configuration's risk section that decisions depend on. */
export interface RiskLimits {
  readonly kelly_alpha: number
  readonly max_spread_cents: number
  readonly tau_open_cents: number
  readonly tau_close_cents: number
  readonly slip_per_leg_cents: number
  readonly max_bankroll_pct_city_day_side: number
  /** Of positions and resting orders together; absent: all of it. */
  readonly max_bankroll_pct_total?: number
}
