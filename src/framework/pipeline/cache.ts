import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExitCode } from '../../base/errors.ts'
import { writeFileAtomically } from '../../base/files/atomic-write.ts'
import { canonicalJson } from '../../base/files/canonical-json.ts'
import { sha256 } from '../../base/files/hash.ts'
import { storageError } from '../../base/files/storage-error.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { ArtefactStore } from '../artefacts/store.ts'
import { type KeyParts, startKey, stepKey } from './step-key.ts'

/** What a step last ran with. */
interface LastRun {
  readonly parts: KeyParts
  /** What the step resolved, key by key; null for a step that resolves nothing. */
  readonly values: Readonly<Record<string, unknown>> | null
}

/** A stored unit of a step, with the content of what the step had taken from contributions when it was stored. */
interface StoredUnit {
  readonly value: unknown
  readonly uses: Readonly<Record<string, string>>
}

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

  async record(key: string, record: StepRecord): Promise<void> {
    await writeChecked(this.usesFile(startKey(record.parts)), Object.keys(record.parts.uses).sort())
    await writeChecked(this.recordFile(key), record)
  }

  /** Names of what a step took from contributions when it last ran with these parts; none where it never did. */
  async usesOf(start: string): Promise<readonly string[]> {
    return (await readChecked<string[]>(this.usesFile(start))) ?? []
  }

  /** Notes what the step of that identity ran with, for `last`. */
  async remember(identity: string, run: LastRun): Promise<void> {
    const before = await this.last(identity)
    if (before && canonicalJson(before) === canonicalJson(run)) return
    await writeChecked(this.lastFile(identity), run)
  }

  /** What the step of that identity last ran with, to say what changed since. */
  last(identity: string): Promise<LastRun | null> {
    return readChecked<LastRun>(this.lastFile(identity))
  }

  /** The stored value of a unit of a step, or null. */
  async unit(key: string, id: string): Promise<StoredUnit | null> {
    return readChecked<StoredUnit>(this.unitFile(key, id))
  }

  async recordUnit(key: string, id: string, value: unknown, uses: StoredUnit['uses'] = {}): Promise<void> {
    await writeChecked(this.unitFile(key, id), { value, uses })
  }

  /** Units are for resuming; the finished step's record replaces them. */
  async forgetUnits(key: string): Promise<void> {
    await rm(join(this.folder, 'units', key), { recursive: true, force: true })
  }

  private recordFile = (key: string) => join(this.folder, 'steps', `${key}.json`)
  private usesFile = (start: string) => join(this.folder, 'uses', `${start}.json`)
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
