import type { Origin } from 'kwx'
import type { ReportVerdict } from 'kwx/contracts'

export type LabelFindingKind =
  /** A label that a model is trained on is not what the exchange says. The only finding that fails. */
  | 'label-contradicts-exchange'
  /** The exchange's result is not what its own value and the strikes say: quarantined. */
  | 'result-contradicts-value'
  /** Markets of one event carry different settlement values, or one that is not whole degrees. */
  | 'value-unclear'
  /** More or fewer than one market of a whole ladder settled YES. */
  | 'winners-not-one'
  /** A maximum is not the exchange's value; with `flips` it would settle markets the other way. The exchange stands. */
  | 'first-final-differs'
  | 'archive-differs'
  | 'cross-check-differs'
  | 'correction-differs'
  /** The issuance that the database marks as used is not the one that the rule gives. */
  | 'used-mark-wrong'
  /** The issuance in use is not of the source that settles the event: a proxy, never a label. */
  | 'source-not-of-regime'
  /** Markets without a result, on a day without an official maximum of the right source. */
  | 'settlement-missing'
  /** No settlement regime is known for the date: refused. */
  | 'regime-unknown'

export interface LabelFinding {
  readonly kind: LabelFindingKind
  readonly event: string
  readonly event_day: string
  /** Markets concerned; for a difference those that it would settle the other way. */
  readonly markets: readonly string[]
  readonly sentence: string
}

/** One report of the day's maximum. */
interface IssuanceLine {
  readonly source: string
  readonly product: string
  readonly kind: 'preliminary' | 'final' | 'correction' | 'archive' | 'cross-check'
  /** Null where the source does not say. */
  readonly issued_at: string | null
  /** Degrees F; null where the report says none. */
  readonly tmax_f: number | null
  readonly used: boolean
}

/** Who says what about one event day. */
export interface LabelEvent {
  readonly event: string
  readonly event_day: string
  /** `open`: its climate day is not over. `refused`: no settlement regime is known. `missing`: nothing settles it. */
  readonly status: 'settled' | 'open' | 'missing' | 'refused'
  /** What settles it by the manifest. */
  readonly regime: string | null
  /** Markets that the exchange settled YES, and the degrees that they pay; open sides are null. */
  readonly winners: readonly { readonly market: string; readonly low: number | null; readonly high: number | null }[]
  /** Degrees F: the exchange's own value, the first final report, the archive of official maxima. */
  readonly exchange_value: number | null
  readonly first_final: number | null
  readonly archive: number | null
  /** What those say that never pay (`ncei`, `iem-daily`), by name. */
  readonly cross_checks: Readonly<Record<string, number>>
  /** The issuance that paid: the used one where it agrees with the exchange, else null. */
  readonly paid_by: string | null
  readonly issuances: readonly IssuanceLine[]
  /** Labels by where they come from; quarantined ones are not used. */
  readonly labels: {
    readonly markets: number
    readonly exchange: number
    readonly derived: number
    readonly quarantined: number
    readonly missing: number
  }
}

/** What `kwx audit labels` answers for one city. */
export interface LabelAudit {
  readonly city: string
  /** Null when the database alone was audited, every bracket. */
  readonly bracket: string | null
  readonly origin: Origin
  readonly verdict: ReportVerdict
  readonly span: { readonly from: string; readonly to: string }
  readonly counts: Readonly<Record<'events' | 'settled' | 'open' | 'missing' | 'refused' | 'issuances', number>> & {
    readonly labels: LabelEvent['labels']
    readonly findings: Readonly<Partial<Record<LabelFindingKind, number>>>
  }
  readonly findings: readonly LabelFinding[]
  readonly events: readonly LabelEvent[]
}
