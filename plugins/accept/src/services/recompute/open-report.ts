import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type Artefact, EXIT, isKwxError, KwxError } from 'kwx'
import { type ArtefactStore, type Provenance, readJson } from 'kwx/artefacts'

import { DECISION, DECISION_NAMES } from '../../decision.ts'
import { REPORT_FILES } from '../../reports.ts'
import { INPUTS, type Inputs } from '../read-evidence.ts'

/** A report folder and the artefacts that it was made from, all of them as they were written. */
interface OpenedReport {
  readonly provenance: Provenance
  readonly phase: string
  readonly inputs: Inputs
}

/** Input name -> artefact kind. */
const KINDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(INPUTS.map((name) => [name, name])),
  ...Object.fromEntries(DECISION_NAMES.map((name) => [name, DECISION[name].kind])),
}

/**
 * Opens what a report folder names as its inputs, in the store, re-hashing every file.
 *
 * @throws KwxError NOT_A_REPORT (exit 2) for a folder that accept:report did not write
 * @throws KwxError RECOMPUTE_ARTEFACTS_MISSING (exit 5) naming those that the store lacks and the command that makes them
 * @throws KwxError ARTEFACT_DAMAGED (exit 1) for one that was edited
 */
export async function openReport(folder: string, store: ArtefactStore): Promise<OpenedReport> {
  const provenance = await readJson<Partial<Provenance>>(join(folder, 'provenance.json')).catch(() => null)
  const hashes = provenance?.inputs ?? {}
  const phase = (provenance?.params as { phase?: unknown } | undefined)?.phase
  const strange = Object.entries(hashes).filter(([name, hash]) => !KINDS[name] || !/^[0-9a-f]{64}$/.test(hash))
  const whole = INPUTS.every((name) => hashes[name])
  if (provenance?.step !== 'accept:report' || typeof phase !== 'string' || strange.length > 0 || !whole) {
    throw new KwxError(`${folder} is no report: its provenance.json does not name the artefacts of an accept:report.`, {
      code: 'NOT_A_REPORT',
      exit: EXIT.usage,
      hint: 'Give a folder that "kwx accept --config FILE" published.',
      details: { folder },
    })
  }
  const hint = `Make them again with "${await commandFor(folder, hashes)}".`
  await assertThere(hashes, store, hint)
  const opened: Record<string, Artefact> = {}
  for (const [name, hash] of Object.entries(hashes)) opened[name] = await open(store, KINDS[name]!, hash, hint)
  return { provenance: provenance as Provenance, phase, inputs: opened as unknown as Inputs }
}

async function commandFor(folder: string, hashes: Readonly<Record<string, string>>): Promise<string> {
  const config = await readJson<{ config_file?: string }>(join(folder, REPORT_FILES.config)).catch(() => null)
  const pipeline = DECISION_NAMES.some((name) => hashes[name]) ? 'decide' : 'pilot'
  return `kwx run ${pipeline} --config ${config?.config_file ?? 'FILE'}`
}

async function assertThere(hashes: Readonly<Record<string, string>>, store: ArtefactStore, hint: string) {
  const missing: { input: string; kind: string; hash: string }[] = []
  for (const [input, hash] of Object.entries(hashes)) {
    const kind = KINDS[input]!
    const isThere = await access(join(store.root, kind, hash)).then(
      () => true,
      () => false,
    )
    if (!isThere) missing.push({ input, kind, hash })
  }
  if (missing.length === 0) return
  const named = missing.map(({ input, hash }) => `${input} ${hash.slice(0, 12)}`).join(', ')
  throw new KwxError(`The store lacks what the report was made from: ${named}.`, {
    code: 'RECOMPUTE_ARTEFACTS_MISSING',
    exit: EXIT.stale,
    hint,
    details: { missing, store: store.root },
  })
}

async function open(store: ArtefactStore, kind: string, hash: string, hint: string): Promise<Artefact> {
  const sidecar = await readFile(join(store.root, kind, `${hash}.json`), 'utf8').catch(() => '{}')
  const { origin = null } = JSON.parse(sidecar) as { origin?: Artefact['origin'] }
  try {
    return await store.open(kind, hash, origin)
  } catch (error) {
    if (!isKwxError(error)) throw error
    const { message, exit, details, cause } = error
    throw new KwxError(message, { code: 'ARTEFACT_DAMAGED', exit, hint, details, cause })
  }
}
