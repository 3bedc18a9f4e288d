import type { SealedLabel } from 'kwx/contracts'
import type { Settlement } from 'kwx/database'
import { climateDayEnd, formatInstant, minuteToMs, parseDay, parseInstant } from 'kwx/time'

import type { LeakCounter } from './findings.ts'

/** A sealed label, as much of it as the audit needs. */
export type AuditedLabel = Pick<SealedLabel, 'market' | 'label' | 'event_day' | 'known_at' | 'known_at_source'>

/**
 * Holds the time from which each outcome is said to be known against what can be: no outcome is known before its climate
 * day is over, and an issue time is that of the issuance in use.
 *
 * @param settlements  every issuance, as the database has it
 */
export function checkLabels(
  labels: readonly AuditedLabel[],
  settlements: readonly Pick<Settlement, 'day' | 'used' | 'issued_ms' | 'source'>[],
  standardOffset: number,
  leaks: LeakCounter,
): void {
  const used = new Map(settlements.filter((row) => row.used).map((row) => [row.day, row]))
  for (const { market, label, event_day, known_at, known_at_source } of labels) {
    if (label === null) continue
    const day = parseDay(event_day)
    const example = { market, event_day, known_at }
    if (known_at === null || known_at_source === null) {
      const say = (rows: number) => `${rows} labels do not say from when they were known.`
      leaks.add('label-time-missing', 'labels', example, say)
      continue
    }
    if (parseInstant(known_at) < minuteToMs(climateDayEnd(day, standardOffset))) {
      leaks.add(
        'label-known-too-early',
        'labels',
        example,
        (rows) => `${rows} labels are known before their climate day is over, the first of ${event_day}.`,
      )
    }
    const issued = used.get(day)?.issued_ms ?? null
    if (known_at_source === 'issued' && (issued === null || formatInstant(issued) !== known_at)) {
      const stored = issued === null ? null : formatInstant(issued)
      leaks.add(
        'label-time-differs',
        'labels',
        { ...example, issued_at: stored },
        (rows) =>
          `${rows} labels are known at another time than the report in use was issued, the first of ${event_day}.`,
      )
    }
  }
}
