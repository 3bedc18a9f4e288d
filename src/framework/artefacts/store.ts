import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT, KwxError } from '../../base/errors.ts'
import { syncFile, syncFolder, temporaryName, writeFileAtomically } from '../../base/files/atomic-write.ts'
import { canonicalJson, writeJson } from '../../base/files/canonical-json.ts'
import { sha256File } from '../../base/files/hash.ts'
import type { ArtefactFiles } from '../../base/files/hash-folder.ts'
import { artefactHash } from '../../base/files/hash-folder.ts'
import { filesUnder } from '../../base/files/list-files.ts'
import { storageError } from '../../base/files/storage-error.ts'
import type { Artefact, Provenance } from '../../domain/contracts/artefact.ts'

/** What is known of an artefact without being part of it: when, where and how long, and the origin of its rows. */
export interface Sidecar {
  readonly origin: Artefact['origin']
  readonly created: string
  readonly host: string
  readonly duration_ms: number
}

const PROVENANCE = 'provenance.json'

/** Content-addressed folders under `root`. */
export class ArtefactStore {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /**
   * Stores what `fill` writes into an empty folder, together with its provenance.
   *
   * Hashed and fsynced under a temporary name, then renamed: a crash leaves nothing that could be taken for it.
   *
   * @throws KwxError STORAGE_FULL or STORAGE_READ_ONLY (exit 1)
   */
  async write(
    kind: string,
    provenance: Provenance,
    fill: (folder: string) => Promise<void>,
    sidecar: Sidecar,
  ): Promise<Artefact> {
    const shelf = join(this.root, kind)
    const temporary = temporaryName(join(shelf, '.new'))
    try {
      await mkdir(temporary, { recursive: true })
      await fill(temporary)
      await writeJson(join(temporary, PROVENANCE), provenance)
      const files: Record<string, string> = {}
      for (const file of await filesUnder(temporary)) {
        await syncFile(join(temporary, file))
        files[file] = await sha256File(join(temporary, file))
      }
      const hash = artefactHash(kind, files)
      const folder = join(shelf, hash)
      if (await this.isIntact(kind, hash)) await rm(temporary, { recursive: true })
      else {
        await rm(folder, { recursive: true, force: true })
        await rename(temporary, folder)
      }
      await writeFileAtomically(`${folder}.json`, `${canonicalJson({ ...sidecar, files }, 2)}\n`)
      await syncFolder(shelf)
      return { kind, hash, folder, files, origin: sidecar.origin }
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => {})
      throw storageError(error, shelf)
    }
  }

  /**
   * Opens a stored artefact after re-hashing all its files.
   *
   * @throws KwxError ARTEFACT_DAMAGED (exit 1) when a file is missing, changed or added
   */
  async open(kind: string, hash: string, origin: Artefact['origin']): Promise<Artefact> {
    const folder = join(this.root, kind, hash)
    const files: Record<string, string> = {}
    for (const file of await filesUnder(folder).catch(() => [])) files[file] = await sha256File(join(folder, file))
    if (artefactHash(kind, files) !== hash) {
      throw new KwxError(
        `The stored ${kind} ${hash.slice(0, 12)} is not what was written: ${await this.damage(kind, hash, files)}.`,
        {
          code: 'ARTEFACT_DAMAGED',
          exit: EXIT.error,
          hint: 'Run the same command again: the step makes it anew.',
          details: { kind, hash, folder },
        },
      )
    }
    return { kind, hash, folder, files, origin }
  }

  /** What lies beside a stored artefact, with the hashes of its files as they were written; null without one. */
  async sidecar(kind: string, hash: string): Promise<(Sidecar & { readonly files: ArtefactFiles }) | null> {
    const text = await readFile(join(this.root, kind, `${hash}.json`), 'utf8').catch(() => null)
    return text === null ? null : (JSON.parse(text) as Sidecar & { files: ArtefactFiles })
  }

  private async isIntact(kind: string, hash: string): Promise<boolean> {
    return this.open(kind, hash, null).then(
      () => true,
      () => false,
    )
  }

  /** Says which file differs, from the sidecar's list. */
  private async damage(kind: string, hash: string, found: ArtefactFiles): Promise<string> {
    const sidecar = await this.sidecar(kind, hash)
    const expected = sidecar?.files ?? {}
    const changed = Object.keys(expected).filter((file) => file in found && found[file] !== expected[file])
    const missing = Object.keys(expected).filter((file) => !(file in found))
    const added = Object.keys(found).filter((file) => !(file in expected))
    const parts = [
      changed.length > 0 ? `changed ${changed.join(', ')}` : '',
      missing.length > 0 ? `missing ${missing.join(', ')}` : '',
      added.length > 0 && sidecar ? `added ${added.join(', ')}` : '',
    ]
    return parts.filter(Boolean).join('; ') || 'its folder is gone'
  }
}
