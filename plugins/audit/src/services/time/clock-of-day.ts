import type { TimeAuditEvent } from 'kwx/contracts'
import { type CivilTime, climateDayEnd, climateDayStart } from 'kwx/time'

/** What the wall clock does during a climate day. */
interface ClockOfDay {
  readonly clock: TimeAuditEvent['clock']
  /** Where it changes: first epoch minute of the new offset, and the offsets in minutes east of UTC; else null. */
  readonly change: { readonly minute: number; readonly before: number; readonly after: number } | null
}

/** Reads the civil offset at both ends of a climate day, and where it changed between them. */
export function clockOfDay(day: number, civil: CivilTime, standardOffset: number): ClockOfDay {
  const [start, end] = [climateDayStart(day, standardOffset), climateDayEnd(day, standardOffset)]
  const [before, after] = [civil.offsetAt(start), civil.offsetAt(end - 1)]
  if (before === after) return { clock: before === standardOffset ? 'standard' : 'daylight', change: null }
  let minute = start
  while (civil.offsetAt(minute) === before) minute++
  return { clock: after > before ? 'springs-forward' : 'falls-back', change: { minute, before, after } }
}
