/*
 * Days and minutes as integers. A *day* counts from 1970-01-01; an *epoch minute* counts minutes since then in UTC.
 * A climate day is 24 hours of local standard time all year: a fixed offset, no daylight saving, no zone data base.
 */

/** A climate day has as many, always; a civil day may not. */
export const MINUTES_PER_DAY = 1440
/** Milliseconds of a minute, and of a day of 24 hours. */
export const MS_PER_MINUTE = 60_000
export const MS_PER_DAY = 86_400_000

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/

/** Day number of an ISO date; throws a RangeError for anything else, 2025-02-30 included. */
export function parseDay(text: string): number {
  const match = ISO_DAY.exec(text)
  if (match) {
    const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / MS_PER_DAY
    if (formatDay(day) === text) return day
  }
  throw new RangeError(`"${text}" is not a date; expected YYYY-MM-DD.`)
}

/** ISO date of a day number. */
export const formatDay = (day: number): string => new Date(day * MS_PER_DAY).toISOString().slice(0, 10)

/** Compact form used in window names: 20241120. */
export const formatDayCompact = (day: number): string => formatDay(day).replaceAll('-', '')

/** Monday 0 to Sunday 6. */
export const dayOfWeek = (day: number): number => (((day + 3) % 7) + 7) % 7

/** First epoch minute of a climate day. `standardOffset` is minutes east of UTC in standard time (Chicago -360). */
export const climateDayStart = (day: number, standardOffset: number): number => day * MINUTES_PER_DAY - standardOffset

/** Epoch minute just after a climate day: the stamp of its last one-minute candle. */
export const climateDayEnd = (day: number, standardOffset: number): number => climateDayStart(day + 1, standardOffset)

/** The climate day in which an instant lies; its first minute belongs to it. */
export const climateDayAt = (epochMinute: number, standardOffset: number): number =>
  Math.floor((epochMinute + standardOffset) / MINUTES_PER_DAY)

/** The same for an instant in milliseconds, such as the time of a report. */
export const climateDayAtMs = (ms: number, standardOffset: number): number =>
  climateDayAt(Math.floor(ms / MS_PER_MINUTE), standardOffset)

/** The climate day of a candle, which is stamped at its end: midnight itself closes the day before. */
export const climateDayOfCandle = (endMinute: number, standardOffset: number): number =>
  climateDayAt(endMinute - 1, standardOffset)

/** Stamp of the one-minute candle that holds an instant: the next whole minute, as a trade at 12:00:00.000 ends 12:01. */
export const candleEndMinute = (ms: number): number => Math.floor(ms / MS_PER_MINUTE) + 1

/** Milliseconds since the epoch at an epoch minute. */
export const minuteToMs = (epochMinute: number): number => epochMinute * MS_PER_MINUTE
