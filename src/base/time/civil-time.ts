import { Temporal } from 'temporal-polyfill'

import { MINUTES_PER_DAY, MS_PER_MINUTE, minuteToMs } from './days.ts'

/** Civil (wall clock) time of one IANA zone over a span, cheap enough for loops over candles. */
export interface CivilTime {
  /** Minutes east of UTC at an epoch minute inside the span. */
  offsetAt(epochMinute: number): number
  /** 0 to 23. */
  hourAt(epochMinute: number): number
  /** Day number of the civil date. */
  dayAt(epochMinute: number): number
  /** 0 to 1439. */
  minuteOfDayAt(epochMinute: number): number
}

const offsetOf = (instant: Temporal.ZonedDateTime) => Math.round(instant.offsetNanoseconds / 60e9)

/**
 * Reads the zone's transitions in [fromMinute, toMinute] once; each look-up is then a comparison per transition.
 *
 * Throws a RangeError for an unknown zone.
 */
export function civilTime(zone: string, fromMinute: number, toMinute: number): CivilTime {
  let at = Temporal.Instant.fromEpochMilliseconds(minuteToMs(fromMinute)).toZonedDateTimeISO(zone)
  const starts: number[] = [Number.NEGATIVE_INFINITY]
  const offsets: number[] = [offsetOf(at)]
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds > minuteToMs(toMinute)) break
    starts.push(next.epochMilliseconds / MS_PER_MINUTE)
    offsets.push(offsetOf(next))
    at = next
  }
  const offsetAt = (minute: number) => {
    let k = starts.length - 1
    while (minute < starts[k]!) k--
    return offsets[k]!
  }
  const local = (minute: number) => minute + offsetAt(minute)
  const minuteOfDayAt = (minute: number) => ((local(minute) % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY
  return {
    offsetAt,
    dayAt: (minute) => Math.floor(local(minute) / MINUTES_PER_DAY),
    minuteOfDayAt,
    hourAt: (minute) => Math.floor(minuteOfDayAt(minute) / 60),
  }
}
