export type { CivilTime } from './civil-time.ts'
export { civilTime } from './civil-time.ts'
export type { Clock } from './clock.ts'
export { fixedClock, systemClock } from './clock.ts'
export {
  candleEndMinute,
  climateDayAt,
  climateDayEnd,
  climateDayOfCandle,
  climateDayStart,
  dayOfWeek,
  dayToMs,
  formatDay,
  formatDayCompact,
  MINUTES_PER_DAY,
  minuteToMs,
  parseDay,
} from './days.ts'
export { formatInstant, parseInstant } from './instants.ts'
export type { Window } from './windows.ts'
export { walkForwardWindows } from './windows.ts'
