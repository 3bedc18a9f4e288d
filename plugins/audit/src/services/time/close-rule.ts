import { type CivilTime, civilTime, climateDayEnd, MINUTES_PER_DAY } from 'kwx/time'

/** A close rule of a manifest as a function: event day -> epoch minute of the close. */
export type CloseRule = (day: number) => number

const AT_CLOCK = /^([01]\d|2[0-3]):([0-5]\d) (\S+)$/

/**
 * Reads a close rule: `end of climate day`, or a wall-clock time on the event's date with its zone, as `23:59 civil`
 * (the city's own zone) or `23:59 America/New_York`.
 *
 * @param span  event days that the rule will be asked for, both inclusive
 * @returns null for a rule that it does not understand: unknown is refused, never guessed
 */
export function closeRule(
  rule: string,
  { zone, standardOffset }: { readonly zone: string; readonly standardOffset: number },
  [first, last]: readonly [first: number, last: number],
): CloseRule | null {
  if (rule === 'end of climate day') return (day) => climateDayEnd(day, standardOffset)
  const match = AT_CLOCK.exec(rule)
  if (!match) return null
  const minuteOfDay = 60 * Number(match[1]) + Number(match[2])
  const civil = civilOver(match[3] === 'civil' ? zone : match[3]!, first, last)
  if (!civil) return null
  return (day) => {
    const local = day * MINUTES_PER_DAY + minuteOfDay
    // The offset depends on the instant that is looked for: the second look has the right one except inside a gap.
    const guess = local - civil.offsetAt(local)
    return local - civil.offsetAt(guess)
  }
}

function civilOver(zone: string, first: number, last: number): CivilTime | null {
  try {
    return civilTime(zone, (first - 2) * MINUTES_PER_DAY, (last + 3) * MINUTES_PER_DAY)
  } catch {
    return null // no such zone
  }
}
