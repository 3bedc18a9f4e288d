import type { City } from 'kwx/cities'
import { climateDayAtMs, MINUTES_PER_DAY } from 'kwx/time'

/** Two events of a city trade at once: today's, and from the morning on tomorrow's. */
export const DAYS_AHEAD = 1

/** Minutes before the start of a restarted loop that it works through; events of older ones are over. */
export const MOST_BEHIND = 2 * MINUTES_PER_DAY

/** Event days of a city that may be trading now. */
export const tradingDays = (city: City, nowMs: number): readonly [first: number, last: number] => {
  const today = climateDayAtMs(nowMs, city.standardOffset)
  return [today, today + DAYS_AHEAD]
}
