export type { CivilTime } from './civil-time.ts'
export { civilTime } from './civil-time.ts'
export type { Clock } from './clock.ts'
export { fixedClock, systemClock } from './clock.ts'
export type { Dated } from './dated.ts'
export { holdsOn } from './dated.ts'
export {
  candleEndMinute,
  climateDayAt,
  climateDayAtMs,
  climateDayEnd,
  climateDayOfCandle,
  climateDayStart,
  dayOfWeek,
  formatDay,
  MINUTES_PER_DAY,
  MS_PER_DAY,
  MS_PER_MINUTE,
  minuteToMs,
  parseDay,
} from './days.ts'
export { formatInstant, parseInstant } from './instants.ts'
export type { Window } from './windows.ts'
export { walkForwardWindows } from './windows.ts'
