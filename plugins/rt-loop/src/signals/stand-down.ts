/**
 * Why a market gets no signal to act on: the closed list. The first that applies is told; `trace` has the figures.
 *
 * Nothing else stands a signal down, and none of these is ever overridden.
 */
export const STAND_DOWNS = [
  /** The switch is thrown, or could not be read. */
  'stopped',
  'paused',
  /** This minute was worked through too long after its end to act on. */
  'late',
  /** The machine's clock and the exchange's differ too much. */
  'clock_skew',
  /** The paper portfolio does not add up: what it holds is not what its fills, fees and settlements say. */
  'unreconciled',
  /** As much was lost today as may be lost on one day. */
  'daily_loss',
  /** On settled days since its promotion the champion did worse than the market: stood down until the next promotion. */
  'worse_than_market',
  /** Nobody knows what the event charges or what decides it. */
  'regime_unknown',
  'no_model',
  /** The model trained or calibrated on the event's day. */
  'model_saw_day',
  /** The day lies after the model's last test day. */
  'model_stale',
  /** No report of the station within its maximum age. */
  'weather_stale',
  /** No side of the book has a price, or its two sides cross. */
  'empty_book',
  'one_sided_book',
  /** A side of the book was last seen longer ago than its maximum age. */
  'stale_book',
  /** A feature that the model cannot do without is missing. */
  'feature_missing',
  /** The pool gives the model no weight, so the probability is the market's own price. */
  'no_weight',
  'wide_spread',
  /** Neither side is worth its price after fee and slippage. */
  'no_edge',
] as const
/** One of `STAND_DOWNS`. */
export type StandDown = (typeof STAND_DOWNS)[number]
