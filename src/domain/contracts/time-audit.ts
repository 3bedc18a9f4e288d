import type { Bracket } from '../config/production-config.ts'
import type { Origin } from '../origin.ts'
import type { ReportVerdict } from './verdict.ts'

/** Ways to say which day an instant belongs to, beside the right one (local standard time all year). */
export interface DayRules<Value> {
  /** From one midnight of the wall clock to the next. */
  readonly civil_midnight: Value
  /** The UTC date. */
  readonly utc: Value
  /** The wall clock's date, of the day before until 6 a.m.: the origin's rule. */
  readonly before_6am: Value
}

/** Rows of one kind by the climate day they lie in. */
export interface DayMembership {
  readonly rows: number
  /** Rows on the event's own climate day, before it and after it. For reports: the day they were counted to. */
  readonly before: number
  readonly own_day: number
  readonly after: number
  /** Rows that another rule would put on another day. */
  readonly would_change: DayRules<number>
}

/** Kinds of rows: `built` are the dataset's, `prices` trades or candles, `observations` reports of the station. */
export type RowKind = 'built' | 'prices' | 'observations'

/** How the event's close stands to the rule of its date. */
export interface CloseClock {
  /** The manifest's rule; null where none is known for the date. */
  readonly rule: string | null
  /** Instant that the rule gives; null without a rule. */
  readonly expected: string | null
  /** Instant in the database; null where the exchange's metadata is lost. */
  readonly stored: string | null
  /** Stored minus expected; null where one is missing. */
  readonly minutes_off: number | null
}

/** One event day of a series. */
export interface TimeAuditEvent {
  readonly event: string
  readonly event_day: string
  /** `refused`: no close rule is known for its date, so nothing is judged. */
  readonly status: 'judged' | 'refused'
  /** Half-open span of the climate day, UTC. */
  readonly starts: string
  readonly ends: string
  /** What the wall clock does during the climate day. */
  readonly clock: 'standard' | 'daylight' | 'springs-forward' | 'falls-back'
  readonly close: CloseClock
  readonly rows: Readonly<Record<RowKind, DayMembership>>
  readonly faults: number
}

export type TimeFaultKind =
  /** The ticker, or most of the trading, is of another day than the event. */
  | 'event-misdated'
  /** The stored close is hours away from the close that the rule gives. */
  | 'close-off'
  /** The markets of one event close at different times. */
  | 'close-differs-within-event'
  /** A built row before the ladder opened. */
  | 'row-before-open'
  /** A built row after the close. */
  | 'row-after-close'
  /** A built row after the settlement was known. */
  | 'row-after-settlement'
  /** A built row of another day than its event's, or of an event that the database has not. */
  | 'row-of-another-event'

export interface TimeFault {
  readonly kind: TimeFaultKind
  readonly event: string
  /** Rows concerned; 1 for a fault of the event itself. */
  readonly rows: number
  readonly sentence: string
}

/** `09_time_alignment_audit.json`. Instants are ISO in UTC, days ISO dates of climate days. */
export interface TimeAuditFile {
  readonly city: string
  /** Null when the database alone was audited: no dataset, every bracket. */
  readonly bracket: Bracket | null
  readonly origin: Origin
  readonly verdict: ReportVerdict
  readonly zone: string
  /** Minutes east of UTC of the climate day, all year. */
  readonly standard_offset: number
  /** First and last event day. */
  readonly span: { readonly from: string; readonly to: string }
  readonly price_source: 'candles' | 'trades'
  readonly station: string
  /** Sums over judged and refused events; reports are counted once. */
  readonly rows: Readonly<Record<RowKind, DayMembership>>
  readonly counts: {
    readonly events: number
    readonly judged: number
    /** No close rule is known for their dates. */
    readonly refused: number
    readonly built_rows_refused: number
    /** Events whose stored close is the rule's to the minute, differs, or is not stored. */
    readonly close_agrees: number
    readonly close_differs: number
    readonly close_unknown: number
  }
  /** Days on which the wall clock changes. */
  readonly dst_days: readonly {
    readonly event_day: string
    readonly clock: 'springs-forward' | 'falls-back'
    /** Instant of the change, and minutes east of UTC before and after it. */
    readonly at: string
    readonly offset_before: number
    readonly offset_after: number
    /** Rows of any kind in the climate day. */
    readonly rows: number
  }[]
  /** Closes that are not the rule's. The exchange's own close stands; those hours off are faults too. */
  readonly close_differences: readonly {
    readonly event: string
    readonly event_day: string
    readonly minutes_off: number
  }[]
  readonly faults: readonly TimeFault[]
  readonly events: readonly TimeAuditEvent[]
}
