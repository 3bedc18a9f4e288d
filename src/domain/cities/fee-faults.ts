import { formatDay, MS_PER_DAY } from '../../base/time/days.ts'
import type { City } from './city.ts'
import { regimeOn } from './regime-on.ts'

/** What the exchange says about a series' fees from a moment on. */
export interface ExchangeFee {
  readonly seriesTicker: string
  readonly feeType: string
  readonly feeMultiplier: number
  readonly scheduledMs: number
}

/** A change that the city's manifest does not know. */
export interface FeeFault {
  readonly series: string
  /** First day concerned. */
  readonly day: number
  readonly sentence: string
}

/**
 * Changes of fees that the manifest's dated facts contradict on a day of [fromDay, toDay]; a change holds until the next
 * one of its series. The day of a change itself may be charged either way.
 *
 * @param changes  of the city's series, in order of time
 * @cost  changes x days
 */
export function feeFaults(
  city: Pick<City, 'id' | 'regimes'>,
  changes: readonly ExchangeFee[],
  fromDay: number,
  toDay: number,
): FeeFault[] {
  const faults: FeeFault[] = []
  for (const [series, ofSeries] of Map.groupBy(changes, ({ seriesTicker }) => seriesTicker)) {
    ofSeries.forEach((change, k) => {
      const first = Math.floor(change.scheduledMs / MS_PER_DAY) + 1
      const next = ofSeries[k + 1]
      const last = next ? Math.floor(next.scheduledMs / MS_PER_DAY) - 1 : toDay
      for (let day = Math.max(first, fromDay); day <= Math.min(last, toDay); day++) {
        const fact = regimeOn(city.regimes.fee, day)
        if (fact?.type === change.feeType && fact.multiplier === change.feeMultiplier) continue
        const says = fact ? `says ${fact.type} times ${fact.multiplier}` : 'knows none'
        const sentence = `${series} is charged ${change.feeType} times ${change.feeMultiplier} since ${formatDay(first - 1)}; the manifest of ${city.id} ${says} for ${formatDay(day)}`
        faults.push({ series, day, sentence })
        return
      }
    })
  }
  return faults
}
