import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { type Provenance, readJson } from 'kwx/artefacts'

import { ArtefactStore } from '../../../../src/framework/artefacts/store.ts'
import type { Artefact } from '../../../../src/framework/step.ts'
import type { Inputs } from '../../src/services/read-evidence.ts'

/** The same inputs as artefacts of the store under `home`, found there by their hashes. */
export async function stored(inputs: Inputs, home: string): Promise<Inputs> {
  const store = new ArtefactStore(join(home, 'artefacts'))
  const kept: Record<string, Artefact> = {}
  for (const [name, artefact] of Object.entries(inputs) as [string, Artefact][]) {
    const { kind, folder, origin } = artefact
    if (folder.startsWith(home)) {
      kept[name] = artefact
      continue
    }
    const own = await readJson<Provenance>(join(folder, 'provenance.json')).catch(() => null)
    // What was made from the other inputs says so by the hashes that they have now.
    const used = Object.keys(own?.inputs ?? {}).map((input) => [input, kept[input]?.hash ?? ''])
    const provenance = { ...EMPTY, step: `made:${name}`, inputs: Object.fromEntries(used) }
    const fill = (to: string) => copyInto(folder, to)
    kept[name] = await store.write(kind, provenance, fill, { origin, created: '', host: '', duration_ms: 0 })
  }
  return kept as unknown as Inputs
}

const EMPTY = { kwx: '0', commit: null, stepVersion: '1', plugin: 'test', params: {} }

async function copyInto(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      await mkdir(join(to, entry.name))
      await copyInto(join(from, entry.name), join(to, entry.name))
    } else if (entry.name !== 'provenance.json') await copyFile(join(from, entry.name), join(to, entry.name))
  }
}
