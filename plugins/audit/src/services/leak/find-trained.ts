import { join } from 'node:path'

import { type Artefact, type ArtefactStore, type Provenance, readJson, readTable, type Table } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'
import type { Database } from 'kwx/database'
import type { ModelFile, ParametersFile, PilotFile } from 'kwx/model'
import { readModelFile } from 'kwx/model-store'

import { artefactsOfStep } from '../../storage/step-artefacts.ts'

/** What was trained on a dataset: the windows of a pilot, and its pool where one was fitted. */
export interface Trained {
  /** Hash of the pilot artefact. */
  readonly pilot: string
  readonly windows: readonly { readonly model: ModelFile; readonly parameters: ParametersFile }[]
  readonly pool: { readonly file: BlendGridFile; readonly delivered: Table } | null
}

/**
 * The latest pilot of the project that was trained by this configuration on this dataset, and its latest pool.
 *
 * Runs name candidates; that they were made from these inputs is read in their provenance.
 *
 * @param inputs  hashes of the artefacts config, features and labels
 * @returns null where nothing was trained on them yet
 * @throws KwxError ARTEFACT_DAMAGED, MODEL_INVALID, MODEL_EDITED (exit 1)
 */
export async function findTrained(
  db: Database,
  store: ArtefactStore,
  inputs: Readonly<Record<'config' | 'features' | 'labels', string>>,
): Promise<Trained | null> {
  const pilot = await latest(db, store, { use: 'train:walk-forward', kind: 'pilot', inputs })
  if (!pilot) return null
  const { windows } = await readJson<PilotFile>(join(pilot.folder, 'pilot.json'))
  const fitted = windows.filter(({ outcome }) => outcome === 'fitted').map(({ window }) => join(pilot.folder, window))
  const blend = await latest(db, store, { use: 'blend:fit', kind: 'blend', inputs: { ...inputs, pilot: pilot.hash } })
  return {
    pilot: pilot.hash,
    windows: await Promise.all(
      fitted.map(async (folder) => ({
        model: await readModelFile(join(folder, 'model.json')),
        parameters: await readJson<ParametersFile>(join(folder, 'parameters.json')),
      })),
    ),
    pool: blend && {
      file: await readJson<BlendGridFile>(join(blend.folder, '08_blend_grid.json')),
      delivered: await readTable(join(blend.folder, 'delivered.parquet')),
    },
  }
}

interface Wanted {
  readonly use: string
  readonly kind: string
  readonly inputs: Readonly<Record<string, string>>
}

async function latest(db: Database, store: ArtefactStore, { use, kind, inputs }: Wanted): Promise<Artefact | null> {
  const made = await artefactsOfStep(db, use)
  for (const hash of new Set(made.flatMap((artefacts) => artefacts[kind] ?? []))) {
    const provenance = await readJson<Provenance>(join(store.root, kind, hash, 'provenance.json')).catch(() => null)
    if (!provenance || Object.entries(inputs).some(([name, of]) => provenance.inputs[name] !== of)) continue
    return store.open(kind, hash, null)
  }
  return null
}
