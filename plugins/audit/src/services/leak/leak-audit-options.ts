import type { Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import type { Database } from 'kwx/database'
import type { FeatureSet } from 'kwx/features'

import type { AuditedLabel } from './check-labels.ts'
import type { Trained } from './find-trained.ts'

export interface LeakAuditOptions {
  readonly db: Database
  readonly city: City
  readonly config: ProductionConfig
  readonly set: FeatureSet
  /** `features.parquet` of the build. */
  readonly table: Table
  /** Sealed outcomes by market. */
  readonly labels: readonly AuditedLabel[]
  /** What was trained on the dataset; null where nothing was. */
  readonly trained: Trained | null
  readonly rows: number
  readonly seed: number
  readonly signal?: AbortSignal
  readonly progress?: (done: number, total: number) => void
}
