import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExitCode } from '../../base/errors.ts'
import { writeFileAtomically } from '../../base/files/atomic-write.ts'
import { canonicalJson } from '../../base/files/canonical-json.ts'
import { sha256 } from '../../base/files/hash.ts'
import { storageError } from '../../base/files/storage-error.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { ArtefactStore } from '../artefacts/store.ts'
import { type KeyParts, stepKey } from './step-key.ts'

/** A step's stored result. */
interface StepRecord {
  readonly parts: KeyParts
  readonly artefacts: Readonly<Record<string, { kind: string; hash: string; origin: Artefact['origin'] }>>
  readonly exit: ExitCode
  readonly summary: string | null
}

/** A stored result whose artefacts are still what was written. */
interface Hit {
  readonly artefacts: Record<string, Artefact>
  readonly exit: ExitCode
  readonly summary: string | null
}

/** What `lookUp` found, or in words why there is nothing to take. */
type LookUp = { readonly hit: Hit } | { readonly hit: null; readonly reason: string }

/**
 * Results of steps by key, in files under `KWX_HOME/cache`.
 *
 * A record is a claim; the artefacts it names are re-hashed before they are believed, and a record that was cut or
 * edited counts as none.
 */
export class StepCache {
  readonly folder: string
  readonly store: ArtefactStore

  constructor(folder: string, store: ArtefactStore) {
    this.folder = folder
    this.store = store
  }

  async lookUp(key: string): Promise<LookUp> {
    const record = await readChecked<StepRecord>(this.recordFile(key))
    if (!record) return { hit: null, reason: 'not run yet with these inputs' }
    if (stepKey(record.parts) !== key) return { hit: null, reason: 'its cache record was changed' }
    const artefacts: Record<string, Artefact> = {}
    for (const [name, { kind, hash, origin }] of Object.entries(record.artefacts)) {
      const found = await this.store.open(kind, hash, origin).catch(() => null)
      if (!found) return { hit: null, reason: `its stored ${name} is missing or changed` }
      artefacts[name] = found
    }
    return { hit: { artefacts, exit: record.exit, summary: record.summary } }
  }

  async record(key: string, identity: string, record: StepRecord): Promise<void> {
    await writeChecked(this.recordFile(key), record)
    await writeChecked(this.lastFile(identity), record.parts)
  }

  /** What the step of that name last ran with, to say what changed since. */
  last(identity: string): Promise<KeyParts | null> {
    return readChecked<KeyParts>(this.lastFile(identity))
  }

  /** The stored value of a unit of a step, or undefined. */
  async unit(key: string, id: string): Promise<{ value: unknown } | null> {
    return readChecked<{ value: unknown }>(this.unitFile(key, id))
  }

  async recordUnit(key: string, id: string, value: unknown): Promise<void> {
    await writeChecked(this.unitFile(key, id), { value })
  }

  /** Units are for resuming; the finished step's record replaces them. */
  async forgetUnits(key: string): Promise<void> {
    await rm(join(this.folder, 'units', key), { recursive: true, force: true })
  }

  private recordFile = (key: string) => join(this.folder, 'steps', `${key}.json`)
  private lastFile = (identity: string) => join(this.folder, 'last', `${sha256(identity)}.json`)
  private unitFile = (key: string, id: string) => join(this.folder, 'units', key, `${sha256(id)}.json`)
}

/** Writes `value` with its own hash, so that a cut or edited file is told from a whole one. */
async function writeChecked(file: string, value: unknown): Promise<void> {
  try {
    await mkdir(join(file, '..'), { recursive: true })
    const body = canonicalJson(value)
    await writeFileAtomically(file, `${sha256(body)}\n${body}\n`)
  } catch (error) {
    throw storageError(error, file)
  }
}

async function readChecked<T>(file: string): Promise<T | null> {
  const content = await readFile(file, 'utf8').catch(() => null)
  if (content === null) return null
  const cut = content.indexOf('\n')
  const body = content.slice(cut + 1, -1)
  return sha256(body) === content.slice(0, cut) ? (JSON.parse(body) as T) : null
}
