import { createHash } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { numbers, readTable, rowsOf, text } from 'kwx/artefacts'
import { type Database, runQuery } from 'kwx/database'
import { designNames } from 'kwx/features'

import { buildDataset } from '../../dataset/src/services/build/build-dataset.ts'
import { readData } from '../../dataset/src/services/build/read-data.ts'
import type { Pair } from '../src/signals/pair.ts'

/** SHA-256 of every feature row that `dataset:build` makes of some event days, by "minute ticker". */
export async function builtDigests(
  db: Database,
  { city, loaded, set }: Pair,
  [start_date, end_date]: readonly [string, string],
): Promise<Map<string, string>> {
  // The builder wants results; labels are sealed apart, so that these cannot reach a feature.
  await runQuery(db, `update markets set result = 'no', status = 'finalized'`)
  const config = { ...loaded.config, start_date, end_date }
  const folder = await mkdtemp(join(tmpdir(), 'kwx-built-'))
  await buildDataset({ city, config, set, data: await readData(db, city, config), folder })
  const table = await readTable(join(folder, 'features.parquet'))
  const market = text(table, 'market')
  const minute = numbers(table, 'end_minute')
  const columns = designNames(set).map((name) => numbers(table, name))
  const built = new Map<string, string>()
  for (let row = 0; row < rowsOf(table); row++) {
    const values = Float64Array.from(columns, (column) => column[row]!)
    built.set(
      `${minute[row]} ${market.values[market.codes[row]!]}`,
      createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'),
    )
  }
  return built
}
