import type { Origin } from 'kwx'
import type { City } from 'kwx/cities'
import type { Database, Schema } from 'kwx/database'
import type { Sources } from 'kwx/sources'
import type { Clock } from 'kwx/time'

export type CompletenessKind = Schema['completeness']['kind']

/** What every ingest needs. Days are climate days of the city, both inclusive. */
export interface IngestOptions {
  readonly db: Database
  readonly sources: Sources
  readonly clock: Clock
  readonly city: City
  readonly fromDay: number
  readonly toDay: number
  readonly signal: AbortSignal
  /** City-days in work at once, at least 1; never changes a row. */
  readonly workers: number
  readonly log: (line: string) => void
  readonly progress: (done: number, total: number, unit: string) => void
}

/** A city-day that was fetched and is not proven complete. */
export interface Incomplete {
  readonly day: number
  readonly kind: CompletenessKind
  readonly reason: string
  /** The world is not ready yet (a market still trades): no defect, and asked again next time. */
  readonly open: boolean
}

/** What one ingest did. */
export interface IngestReport {
  readonly kind: 'kalshi' | 'weather' | 'settlements' | 'minutes' | 'archive'
  /** The source, or the feed of one, that was asked. */
  readonly source: string
  /** City-days asked for. */
  readonly days: number
  /** Of those, proven complete before: nothing was asked about them. */
  readonly complete: number
  readonly fetched: number
  /** Rows written. */
  readonly rows: number
  readonly incomplete: readonly Incomplete[]
  readonly origin: Origin | null
  /** What must be looked at although every row came: the exchange charges otherwise than the manifest says. */
  readonly warnings?: readonly string[]
}
