import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readTable, type Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import type { SealedLabel } from 'kwx/contracts'
import type { Database } from 'kwx/database'
import type { FeatureSet } from 'kwx/features'

import { buildDataset } from '../../../dataset/src/services/build/build-dataset.ts'
import type { DatasetData } from '../../../dataset/src/services/build/data.ts'
import { readData } from '../../../dataset/src/services/build/read-data.ts'
import { config as configOf } from '../../../dataset/test/support/setup.ts'

/** A dataset as the dataset plugin builds it from a database. */
export interface BuiltDataset {
  readonly config: ProductionConfig
  readonly set: FeatureSet
  readonly table: Table
  readonly labels: readonly SealedLabel[]
  readonly gate: Awaited<ReturnType<typeof buildDataset>>['completeness']['gate']
}

/** Builds; `change` plants what a faulty builder would have read. */
export async function built(
  db: Database,
  city: City,
  set: FeatureSet,
  over: Partial<ProductionConfig>,
  change: (data: DatasetData) => DatasetData = (data) => data,
): Promise<BuiltDataset> {
  const config = configOf({ city: city.id, price_source: 'trades', ...over })
  const folder = await mkdtemp(join(tmpdir(), 'kwx-audit-'))
  try {
    const data = change(await readData(db, city, config))
    const { labels, completeness } = await buildDataset({ city, config, set, data, folder })
    const table = await readTable(join(folder, 'features.parquet'))
    return { config, set, table, labels: labels.labels, gate: completeness.gate }
  } finally {
    await rm(folder, { recursive: true })
  }
}
