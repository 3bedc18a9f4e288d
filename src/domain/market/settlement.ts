import type { Origin } from '../origin.ts'

/** Every issuance of a daily maximum that we know of; at most one per city and day is `used`. */
export interface Settlement {
  city: string
  day: number
  /** `nws-cli`, `archive` (a file of official maxima), `ncei`, `iem-daily`, `simulated`, or one that a plugin adds. */
  source: string
  /** The source's id of the issuance; `archive` for a file. */
  product_id: string
  /** `cross-check`: never pays. */
  kind: 'preliminary' | 'final' | 'correction' | 'archive' | 'cross-check'
  /** Null when the source does not say; an archive value is then known at the end of the next day. */
  issued_ms: number | null
  /** Degrees F; null when the report says MM. */
  tmax_f: number | null
  used: boolean
  origin: Origin
}
