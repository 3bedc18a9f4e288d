import { join } from 'node:path'
import { readJson } from '../../base/files/canonical-json.ts'
import { readTable } from '../../base/table/parquet.ts'
import type { LoadedConfig } from '../../domain/config/production-config.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { FeaturesFile } from '../../domain/contracts/features-file.ts'
import type { LabelsFile } from '../../domain/contracts/labels-file.ts'
import { type TrainingRows, trainingRows } from '../../domain/model/training-rows.ts'

/** What training and its verification both start from. */
export interface TrainingInputs {
  readonly loaded: LoadedConfig
  readonly rows: TrainingRows
  readonly featureSetVersion: string
  /** Hashes of the features and labels artefacts. */
  readonly data: { readonly features: string; readonly labels: string }
  readonly origin: Artefact['origin']
}

/**
 * Reads the config, features and labels artefacts of a pilot.
 *
 * @throws KwxError as `trainingRows` and `readJson`
 */
export async function readTrainingInputs(inputs: Readonly<Record<string, Artefact>>): Promise<TrainingInputs> {
  const { config, features, labels } = inputs as Record<'config' | 'features' | 'labels', Artefact>
  const loaded = await readJson<LoadedConfig>(join(config.folder, 'config.json'))
  const about = await readJson<FeaturesFile>(join(features.folder, 'features.json'))
  const sealed = await readJson<LabelsFile>(join(labels.folder, 'labels.json'))
  const table = await readTable(join(features.folder, 'features.parquet'))
  return {
    loaded,
    rows: trainingRows(table, about.design, sealed.labels),
    featureSetVersion: about.feature_set_version,
    data: { features: features.hash, labels: labels.hash },
    origin: features.origin,
  }
}
