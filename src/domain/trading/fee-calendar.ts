import { climateDayStart, minuteToMs } from '../../base/time/days.ts'
import { feeCounter } from '../market/fee-counter.ts'
import { type FeeRegime, feeRegimeOn } from '../market/fee-schedule.ts'

import type { DatedFees } from './setting.ts'

/** Fees as the simulation takes them, and the regimes they come from. */
export interface FeeCalendar {
  readonly dated: readonly DatedFees[]
  readonly regimes: readonly FeeRegime[]
}

/**
 * The fees of a city over some days. An order is charged by the schedule of the climate day on which it trades.
 *
 * @throws KwxError FEE_REGIME_UNKNOWN, FEE_TYPE_UNKNOWN as `feeRegimeOn` and `feeOf`
 */
export function feeCalendar(
  regimes: readonly FeeRegime[],
  firstDay: number,
  lastDay: number,
  standardOffset: number,
): FeeCalendar {
  const dated: DatedFees[] = []
  const taken: FeeRegime[] = []
  for (let day = firstDay; day <= lastDay; day++) {
    const regime = feeRegimeOn(regimes, day)
    if (regime === taken.at(-1)) continue
    taken.push(regime)
    dated.push({
      // A ladder trades from the day before its own: the first regime holds for that too.
      fromMs: day === firstDay ? Number.NEGATIVE_INFINITY : minuteToMs(climateDayStart(day, standardOffset)),
      taker: feeCounter(regime, false),
      maker: feeCounter(regime, true),
    })
  }
  return { dated, regimes: taken }
}
