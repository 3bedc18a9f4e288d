import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { type ArtefactFiles, EXIT, KwxError, type Origin } from 'kwx'
import { type ArtefactStore, artefactHash, hashFiles } from 'kwx/artefacts'

/** A published folder whose content is that of a stored artefact, byte for byte. */
export interface Identified {
  readonly kind: string
  readonly hash: string
  readonly folder: string
  readonly files: ArtefactFiles
  readonly origin: Origin | null
  /** When the artefact was written, ISO. */
  readonly created: string
}

/**
 * Finds the artefact that a published folder is a copy of, and re-hashes both.
 *
 * @param kinds  kinds that it may be
 * @throws KwxError MODEL_EDITED (exit 1) naming the files that are not those of the artefact
 * @throws KwxError MODELS_ARTEFACT_MISSING (exit 5) when the store has nothing like it
 * @throws KwxError ARTEFACT_DAMAGED (exit 1) when the artefact itself was changed
 */
export async function identify(store: ArtefactStore, kinds: readonly string[], folder: string): Promise<Identified> {
  const files = await hashFiles(folder)
  for (const kind of kinds) {
    const hash = artefactHash(kind, files)
    const sidecar = await store.sidecar(kind, hash)
    if (!sidecar) continue
    await store.open(kind, hash, sidecar.origin)
    return { kind, hash, folder, files, origin: sidecar.origin, created: sidecar.created }
  }
  const differing = await differences(store, kinds, files)
  if (differing.length > 0) throw edited(folder, differing)
  throw new KwxError(`${folder} is not a copy of anything in the store of artefacts, ${store.root}.`, {
    code: 'MODELS_ARTEFACT_MISSING',
    exit: EXIT.stale,
    hint: 'Run "kwx run decide --config FILE" again: what is missing is made anew.',
    details: { folder, kinds },
  })
}

export const edited = (folder: string, files: readonly string[]): KwxError =>
  new KwxError(`${folder} was edited: ${files.join(', ')}.`, {
    code: 'MODEL_EDITED',
    exit: EXIT.error,
    hint: 'Move the folder away and run the pipeline again: it is published anew.',
    details: { folder, files },
  })

/** How a folder differs from the stored artefact that it shares most files with; empty when it shares none. */
async function differences(store: ArtefactStore, kinds: readonly string[], files: ArtefactFiles): Promise<string[]> {
  let nearest: ArtefactFiles = {}
  let most = 0
  for (const kind of kinds) {
    for (const entry of await readdir(join(store.root, kind)).catch(() => [])) {
      if (!/^[0-9a-f]{64}\.json$/.test(entry)) continue
      const stored = (await store.sidecar(kind, entry.slice(0, 64)))?.files ?? {}
      const shared = Object.entries(stored).filter(([file, hash]) => files[file] === hash).length
      if (shared > most) [most, nearest] = [shared, stored]
    }
  }
  if (most === 0) return []
  const names = [...new Set([...Object.keys(nearest), ...Object.keys(files)])].sort()
  return names.flatMap((file) => {
    if (files[file] === nearest[file]) return []
    return `${file} ${file in files ? (file in nearest ? 'changed' : 'added') : 'missing'}`
  })
}
