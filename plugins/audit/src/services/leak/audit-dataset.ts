import { join } from 'node:path'

import type { Contributions } from 'kwx'
import { readJson, readTable } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import type { LabelsFile } from 'kwx/contracts'
import type { FeatureSet } from 'kwx/features'
import type { Environment, RunResult } from 'kwx/pipeline'

import { folderOf } from '../dataset-run.ts'
import { auditLeak, type LeakAudit } from './audit-leak.ts'
import { findTrained } from './find-trained.ts'

/** How many rows to draw, and how. */
interface Sampling {
  readonly rows: number
  readonly seed: number
}

/**
 * Audits the dataset that a run of the pipeline `dataset` built, and what was trained on it before.
 *
 * @throws KwxError AUDIT_NO_DATASET (exit 5) when the run built none
 */
export async function auditDataset(
  run: RunResult,
  world: Pick<Environment, 'database' | 'signal' | 'store'>,
  contributions: Contributions,
  { rows, seed }: Sampling,
  progress: (done: number, total: number) => void,
): Promise<LeakAudit> {
  const { config } = await readJson<LoadedConfig>(join(folderOf(run, 'config:load', 'config'), 'config.json'))
  const { labels } = await readJson<LabelsFile>(join(folderOf(run, 'dataset:build', 'labels'), 'labels.json'))
  const table = await readTable(join(folderOf(run, 'dataset:build', 'features'), 'features.parquet'))
  const city = await loadCity(contributions, config.city)
  const db = await world.database()
  const artefact = (use: string, name: string) => run.steps.find((step) => step.use === use)!.artefacts[name]!.hash
  const inputs = {
    config: artefact('config:load', 'config'),
    features: artefact('dataset:build', 'features'),
    labels: artefact('dataset:build', 'labels'),
  }
  return auditLeak({
    db,
    city,
    config,
    set: await contributions.load<FeatureSet>('featureSets', config.feature_set),
    table,
    labels,
    trained: await findTrained(db, world.store, inputs),
    rows,
    seed,
    signal: world.signal,
    progress,
  })
}
