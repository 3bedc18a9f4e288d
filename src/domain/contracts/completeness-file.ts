import type { GateAudit } from '../features/index.ts'

/** The hard gate, audited on built rows. */
export interface GateVerdict extends GateAudit {
  readonly status: 'pass' | 'fail' | 'not-applicable'
  readonly sentence: string
  /** Built rows looked at. */
  readonly rows_checked: number
  /** Rows whose newest report is a gated one: without the gate they would show its moisture. */
  readonly rows_exposed: number
  /** Rows that show a moisture value which no permitted report explains. */
  readonly rows_violating: number
}

/** Rows of one span: how many there were, how many are left, and what they miss. */
export interface RowCompleteness {
  /** Event days with at least one row left. */
  readonly days: number
  /** Null without rows. */
  readonly yes_share: number | null
  /** Rows by optional feature that they lack. */
  readonly missing: Readonly<Record<string, number>>
}

export interface SplitCompleteness extends RowCompleteness {
  readonly window: string
  readonly split: 'train' | 'test'
  readonly rows_before: number
  readonly rows_after: number
}

/** An event on which the exchange and the archive of official maxima do not say the same. The exchange stands. */
export interface ArchiveDifference {
  readonly event: string
  readonly event_day: string
  /** Degrees Fahrenheit. */
  readonly exchange: number | null
  readonly archive: number
  /** Markets that the archive's value would settle the other way. */
  readonly flipped: readonly string[]
}

/** `completeness.json` of dataset:build. */
export interface CompletenessFile extends RowCompleteness {
  readonly rows: { readonly before: number; readonly after: number }
  /** Rows left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Rows left whose market lacks a reading that benchmarks are made of; an implied side that is older is none. */
  readonly market: {
    readonly max_side_age_minutes: number
    readonly rows_without_last: number
    readonly rows_without_middle: number
  }
  readonly splits: readonly SplitCompleteness[]
  readonly labels: {
    readonly counts: Readonly<Record<string, number>>
    readonly quarantined: readonly { readonly market: string; readonly reason: string }[]
    /** The official maximum of each event day that has one, in degrees Fahrenheit. */
    readonly official_maxima: Readonly<Record<string, number>>
    readonly archive_differences: readonly ArchiveDifference[]
    /** Events whose ladder leaves degrees unpaid: a market of theirs is not in the database. */
    readonly ladder_gaps: readonly { readonly event: string; readonly sentence: string }[]
  }
  readonly gate: GateVerdict
}
