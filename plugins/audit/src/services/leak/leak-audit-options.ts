import type { Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import type { Database } from 'kwx/database'
import type { FeatureSet } from 'kwx/features'

export interface LeakAuditOptions {
  readonly db: Database
  readonly city: City
  readonly config: ProductionConfig
  readonly set: FeatureSet
  /** `features.parquet` of the build. */
  readonly table: Table
  /** Sealed outcomes by market. */
  readonly labels: readonly { readonly market: string; readonly label: 0 | 1 | null }[]
  readonly rows: number
  readonly seed: number
  readonly signal?: AbortSignal
  readonly progress?: (done: number, total: number) => void
}
