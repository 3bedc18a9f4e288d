import { EXIT, KwxError } from '../../base/errors.ts'
import { type Dated, holdsOn } from '../../base/time/dated.ts'
import { formatDay } from '../../base/time/days.ts'

/** Smallest step of a charged fee: a whole cent, or a hundredth of one. */
export type FeeGrain = 'cent' | 'centicent'

/** The exchange's words for a series' fee, as far as their formula is known. */
export const FEE_TYPES = ['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees'] as const
/** One of `FEE_TYPES`. */
export type FeeType = (typeof FEE_TYPES)[number]

/** How orders of a series are charged on some day. */
export interface FeeSchedule {
  /** The exchange's `fee_type`; one that is not of `FEE_TYPES` is refused when a fee is asked for. */
  readonly type: string
  /** The exchange's `fee_multiplier`, at least 0. */
  readonly multiplier: number
  readonly grain: FeeGrain
}

/** A schedule with the days on which it holds, both included; absent means open. */
export interface FeeRegime extends FeeSchedule, Dated {}

/** The weather series' schedule: taker fees only, rounded to whole cents until 6 July 2026. */
export const WEATHER_FEES: readonly FeeRegime[] = [
  { until: '2026-07-06', type: 'quadratic', multiplier: 1, grain: 'cent' },
  { from: '2026-07-07', type: 'quadratic', multiplier: 1, grain: 'centicent' },
]

/**
 * The regime of a day, the day of the fill: an order is charged by the schedule under which it trades.
 *
 * @param regimes  dated facts of a series, of which at most one holds on a day
 * @param day  day number
 * @throws KwxError FEE_REGIME_UNKNOWN (exit 5) when none or several hold on that day: a fee is never guessed
 */
export function feeRegimeOn(regimes: readonly FeeRegime[], day: number, series = 'the series'): FeeRegime {
  const holding = regimes.filter((regime) => holdsOn(regime, day))
  if (holding.length === 1) return holding[0]!
  throw new KwxError(
    `${holding.length === 0 ? 'No fee regime' : `${holding.length} fee regimes`} of ${series} on ${formatDay(day)}; expected one.`,
    {
      code: 'FEE_REGIME_UNKNOWN',
      exit: EXIT.stale,
      hint: 'Correct regimes.fee in the manifest of its city; "kwx cities --json" shows it.',
      details: { series, day: formatDay(day), regimes },
    },
  )
}
