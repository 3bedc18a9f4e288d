import type { MarketRow, Observation } from 'kwx/database'
import { yesDegrees } from 'kwx/market'
import { climateDayAtMs } from 'kwx/time'

/** Where the running maximum stands, seen from a bracket; in order from far below to beyond. */
export const DISTANCES = [
  'more than 5 F below',
  '2 to 5 F below',
  'up to 2 F below',
  'inside',
  'above',
  'unknown',
] as const
/** One of `DISTANCES`. */
type Distance = (typeof DISTANCES)[number]

/**
 * Tells where the maximum of a climate day's reports stood at a moment, by what was known then.
 *
 * @param observations  oldest first
 * @returns a function of a market and an instant; `unknown` before the day's first report
 */
export function distanceFromMaximum(observations: readonly Observation[], standardOffset: number) {
  const days = new Map<number, { knownMs: number; tempF: number }[]>()
  for (const { valid_ms, known_ms, temp_f } of observations) {
    if (temp_f === null) continue
    const day = climateDayAtMs(valid_ms, standardOffset)
    if (!days.has(day)) days.set(day, [])
    days.get(day)!.push({ knownMs: known_ms, tempF: temp_f })
  }
  return (market: MarketRow, timeMs: number): Distance => {
    let maximum = Number.NEGATIVE_INFINITY
    for (const { knownMs, tempF } of days.get(market.day) ?? []) {
      if (knownMs <= timeMs && tempF > maximum) maximum = tempF
    }
    if (maximum === Number.NEGATIVE_INFINITY) return 'unknown'
    const { low, high } = yesDegrees(market)
    const degrees = Math.round(maximum) // settlements are whole degrees
    if (degrees > high) return 'above'
    if (degrees >= low) return 'inside'
    return low - degrees > 5 ? 'more than 5 F below' : low - degrees > 2 ? '2 to 5 F below' : 'up to 2 F below'
  }
}
