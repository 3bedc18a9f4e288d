import type { ArtefactFiles } from '../../base/files/hash-folder.ts'
import type { Origin } from '../origin.ts'

/** What made an artefact. Inside the hash, so it holds no times, hosts or paths. */
export interface Provenance {
  readonly kwx: string
  /** Commit of the kwx checkout, or null outside one. */
  readonly commit: string | null
  readonly step: string
  readonly stepVersion: string
  /** Name and version of the plugin that contributed the step. */
  readonly plugin: string
  readonly params: unknown
  /** Input name -> artefact hash. */
  readonly inputs: Readonly<Record<string, string>>
}

/**
 * A folder of files, stored by the hash of its content under `KWX_HOME/artefacts/<kind>/<hash>/`.
 *
 * `provenance.json` is one of the files. Opening an artefact re-hashes every file and refuses a changed one.
 */
export interface Artefact {
  readonly kind: string
  /** SHA-256 over the canonical JSON of kind and files. */
  readonly hash: string
  /** Absolute folder; read from it, never write into it. */
  readonly folder: string
  readonly files: ArtefactFiles
  /** From the sidecar beside the folder; null when the artefact holds no rows. */
  readonly origin: Origin | null
}
