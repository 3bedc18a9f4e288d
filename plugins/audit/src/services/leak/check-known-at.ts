import type { Observation, Settlement } from 'kwx/database'
import { REPORT_DELAY } from 'kwx/features'
import { climateDayEnd, climateDayStart, formatDay, formatInstant, minuteToMs } from 'kwx/time'

import type { LeakCounter } from './findings.ts'

/**
 * Refuses to believe times of knowledge that cannot be: a rebuilt row agrees with a wrong `known_ms`, because both
 * trust it.
 *
 * Nothing is known before the time it is about, which catches forecasts among the readings; no report is public before
 * the delay that every source is given; no official maximum is final before its climate day is over.
 */
export function checkKnownAt(
  observations: readonly Observation[],
  settlements: readonly Settlement[],
  standardOffset: number,
  leaks: LeakCounter,
): void {
  for (const { source, station, valid_ms, known_ms } of observations) {
    const minutes = (known_ms - valid_ms) / 60_000
    if (minutes >= REPORT_DELAY) continue
    const example = { station, valid_at: formatInstant(valid_ms), known_at: formatInstant(known_ms) }
    const least = `expected at least ${REPORT_DELAY} minutes`
    leaks.add('known-too-early', source, example, (rows) =>
      minutes < 0
        ? `${rows} readings of ${source} are known before the time they are about, the first by ${-minutes} minutes; ${least} after.`
        : `${rows} readings of ${source} are known too soon, the first ${minutes} minutes after its time; ${least}.`,
    )
  }
  for (const { day, kind, source, product_id, issued_ms } of settlements) {
    if (issued_ms === null) continue
    const minute = kind === 'preliminary' ? climateDayStart(day, standardOffset) : climateDayEnd(day, standardOffset)
    if (issued_ms >= minuteToMs(minute)) continue
    const example = { day: formatDay(day), product: product_id, issued_at: formatInstant(issued_ms) }
    leaks.add('settlement-too-early', `${source} ${kind}`, example, (rows) =>
      kind === 'preliminary'
        ? `${rows} preliminary maxima of ${source} are issued before their climate day began, the first of ${formatDay(day)}.`
        : `${rows} ${kind} maxima of ${source} are issued before their climate day was over, the first of ${formatDay(day)}.`,
    )
  }
}
