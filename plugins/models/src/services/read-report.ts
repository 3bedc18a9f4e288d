import { readdir, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'

import type { ArtefactFiles, ExitCode, Origin, Provenance } from 'kwx'
import { artefactHash, contentHash, hashFiles } from 'kwx/artefacts'
import type { BlendGridFile, ReportVerdict, VerificationFile } from 'kwx/contracts'

import { edited, type Identified, identify } from './identify.ts'
import { readChecked } from './read-checked.ts'
import { blendSchema, provenanceSchema, summarySchema, verificationSchema } from './schemas.ts'
import type { World } from './world.ts'

/** The parts of `01_model_validation_summary.json` that decide. */
export interface Summary {
  readonly city: string
  readonly bracket: string
  readonly origin: Origin
  readonly verdict: ReportVerdict & { readonly exit: ExitCode }
  readonly gates: readonly (ReportVerdict & { readonly gate: string })[]
}

export type Blend = Pick<BlendGridFile, 'no_harm' | 'origin' | 'pilot' | 'pilots'> & {
  readonly skill: Pick<BlendGridFile['skill'], 'verdict' | 'sentence'> & ReportVerdict
}

export interface ReadReport extends Identified {
  readonly summary: Summary
  /** Input name -> hash of what was judged. */
  readonly inputs: Provenance['inputs']
  /** File 08; null where the report has none. */
  readonly blend: Blend | null
  /** What verification said of which pilot; null where the store no longer holds it. */
  readonly verification: { readonly passed: boolean; readonly checks: number; readonly pilot: string | null } | null
}

/** A blend over several pilots: no artefact of a step, but a published folder whose name is the hash of its content. */
interface ReadJoint {
  /** Hash of its files. */
  readonly hash: string
  readonly folder: string
  readonly files: ArtefactFiles
  readonly blend: Blend
}

const SUMMARY = '01_model_validation_summary.json'
const BLEND = '08_blend_grid.json'

/**
 * Reads an acceptance report and proves that it is the one that was written.
 *
 * @returns null when there is no such folder
 * @throws KwxError as `identify` and `readChecked`
 */
export async function readReport(world: World, folder: string): Promise<ReadReport | null> {
  const real = await realpath(folder).catch(() => null)
  if (real === null) return null
  const found = await identify(world.store, ['report'], real)
  const { inputs } = await readChecked<Provenance>(join(real, 'provenance.json'), provenanceSchema)
  return {
    ...found,
    summary: await readChecked<Summary>(join(real, SUMMARY), summarySchema),
    inputs,
    blend: found.files[BLEND] ? await readChecked<Blend>(join(real, BLEND), blendSchema) : null,
    verification: await readVerification(world, inputs['verification']),
  }
}

/**
 * Reads a folder that holds file 08 of several pilots, and proves that it is as it was published.
 *
 * @throws KwxError MODEL_EDITED (exit 1), and as `readChecked`
 */
export async function readJoint(folder: string): Promise<ReadJoint> {
  const real = await realpath(folder).catch(() => folder)
  const blend = await readChecked<Blend>(join(real, BLEND), blendSchema)
  const files = await hashFiles(real)
  if ((await contentHash(real)) !== basename(real)) throw edited(folder, ['its content is not what was published'])
  return { hash: artefactHash('joint', files), folder: real, files, blend }
}

/** The published joint blend of that hash; null where it is gone. */
export async function findJoint(reports: string, hash: string): Promise<ReadJoint | null> {
  for (const name of await readdir(reports).catch(() => [])) {
    if (!name.startsWith('joint_')) continue
    const joint = await readJoint(join(reports, name)).catch(() => null)
    if (joint?.hash === hash) return joint
  }
  return null
}

async function readVerification(world: World, hash: string | undefined): Promise<ReadReport['verification']> {
  if (hash === undefined || (await world.store.sidecar('verification', hash)) === null) return null
  const { folder } = await world.store.open('verification', hash, null)
  const { passed, checks } = await readChecked<VerificationFile>(join(folder, 'verification.json'), verificationSchema)
  const { inputs } = await readChecked<Provenance>(join(folder, 'provenance.json'), provenanceSchema)
  return { passed, checks: checks.length, pilot: inputs['pilot'] ?? null }
}
