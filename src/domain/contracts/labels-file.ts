/** The sealed truth of one market, and how we know it. */
export interface SealedLabel {
  readonly market: string
  readonly event: string
  readonly event_day: string
  readonly strike_type: string
  /** Whole degrees Fahrenheit. */
  readonly floor_strike: number | null
  readonly cap_strike: number | null
  readonly label: 0 | 1 | null
  readonly source: 'exchange' | 'derived' | null
  /** ISO instant from which the outcome was known; null without a label. */
  readonly known_at: string | null
  /** `issued`: the report that settled the day; `assumed`: its issue time is not known, ten hours after the day's end. */
  readonly known_at_source: 'issued' | 'assumed' | null
  /** The exchange's own settlement value, degrees Fahrenheit. */
  readonly expiration_value: number | null
  /** Why no row of this market may be used; null where it may. */
  readonly quarantine: string | null
}

/** `labels.json` of dataset:build. */
export interface LabelsFile {
  readonly city: string
  readonly bracket: string
  readonly labels: readonly SealedLabel[]
}
