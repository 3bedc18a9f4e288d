import type { Bracket } from '../config/production-config.ts'
import type { Origin } from '../origin.ts'
import type { ReportVerdict } from './verdict.ts'

/** What leaving a feature out of a delivered model does to its test predictions. */
export interface Ablation {
  /** Columns of the design that were held at their training mean. */
  readonly columns: readonly string[]
  /** Mean log loss in nats of the models as delivered and without the columns; null without test rows. */
  readonly log_loss: number | null
  readonly log_loss_without: number | null
  /** Without minus as delivered: above 0 the feature helped. Interval from resampled event days. */
  readonly difference: number | null
  readonly low: number | null
  readonly high: number | null
  readonly level: number
  /** Test event days: the size of the sample. */
  readonly days: number
  readonly rows: number
  /** Fitted windows in which any of the columns has a coefficient that is not 0. */
  readonly windows_using: number
  readonly windows: number
  /** Why a figure is null; else null. */
  readonly reason: string | null
}

/** One feature that a gate may close: it reads dew point, humidity or wind. */
export interface GatedFeature {
  readonly feature: string
  readonly field: 'dew_f' | 'humidity_pct' | 'wind_mph'
  /** Whether a source of it is gated, by manifest, configuration or repeats. */
  readonly gated: boolean
  readonly built: {
    readonly rows: number
    /** Rows that show a value, and how many different ones. */
    readonly values_seen: number
    readonly distinct: number
    readonly smallest: number | null
    readonly largest: number | null
    /** Rows where the feature is missing. */
    readonly missing: number
    /** Rows that would show something else without the gate. */
    readonly exposed: number
    /** Rows that show a value which no permitted report explains. */
    readonly violating: number
  }
  /** Readings in the database that the gate takes away. */
  readonly readings_hidden: number
  readonly ablation: Ablation
}

/** The reports of one station, source and climate day. */
export interface StationDay {
  readonly station: string
  readonly source: string
  readonly day: string
  /** Minute data; station reports are never gated. */
  readonly minute: boolean
  readonly rows: number
  /** Rows marked as repeats by the source, and their share. */
  readonly forward_filled: number
  readonly share: number
  /** Share of rows that equal the row before in every reading: counted here, whatever the marks say. Null for one row. */
  readonly repeated_share: number | null
  readonly gated_by: 'manifest' | 'configuration' | 'repeats' | null
}

/** `10_feature_gate_analysis.json`. */
export interface GateAuditFile {
  readonly city: string
  readonly bracket: Bracket
  readonly origin: Origin
  readonly verdict: ReportVerdict
  readonly feature_set: string
  readonly station: string
  /** Sources that the manifest or the configuration excludes. */
  readonly gates: readonly {
    readonly source: string
    readonly fields: readonly string[]
    readonly by: 'manifest' | 'configuration'
    readonly reason: string
  }[]
  /** Above this share a source's day is gated wherever it is. */
  readonly most_forward_filled: number
  readonly rows_checked: number
  readonly rows_exposed: number
  readonly rows_violating: number
  readonly features: readonly GatedFeature[]
  /** All of the features at once. */
  readonly ablation: Ablation & { readonly method: string }
  readonly minute_rows: number
  readonly station_days: readonly StationDay[]
  /** Features that read moisture under names of their own: `kwx audit leak` rebuilds them, nothing here does. */
  readonly unchecked_features: readonly string[]
  /** What contradicts the gate, each in a sentence. */
  readonly faults: readonly string[]
}
