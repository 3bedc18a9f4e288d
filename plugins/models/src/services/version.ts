import { mkdir, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type ArtefactFiles, EXIT, KwxError } from 'kwx'
import { artefactHash, assertWritable, copyFolder, hashFiles, storageError, temporaryName } from 'kwx/artefacts'

import { edited } from './identify.ts'
import { type ReadWindows, readWindows } from './read-windows.ts'
import { foldersOf, type World } from './world.ts'

/*
 * A version is what a promotion puts in place: the pilot's own files at the top, so that it loads like any folder of
 * windows, and under `acceptance/` and `joint/` the reports that the promotion rested on. Its name is the hash of all
 * of it, and the hashes of pilot and reports can be computed from it again.
 */
const ACCEPTANCE = 'acceptance/'
const JOINT = 'joint/'

/** The folders that a version is made of, as they were hashed when they were judged. */
export interface Parts {
  readonly pilot: { readonly folder: string; readonly files: ArtefactFiles }
  readonly report: { readonly folder: string; readonly files: ArtefactFiles } | null
  readonly joint: { readonly folder: string; readonly files: ArtefactFiles } | null
}

export interface ReadVersion extends ReadWindows {
  readonly version: string
  readonly folder: string
  /** Hash of the pilot artefact inside. */
  readonly pilotHash: string
}

/** The name that a version made of these has. */
export function versionOf({ pilot, report, joint }: Parts): string {
  const under = (prefix: string, files: ArtefactFiles = {}) =>
    Object.fromEntries(Object.entries(files).map(([file, hash]) => [`${prefix}${file}`, hash]))
  const files = { ...pilot.files, ...under(ACCEPTANCE, report?.files), ...under(JOINT, joint?.files) }
  return artefactHash('version', files)
}

/**
 * Makes sure that a version lies in `models/.versions`, durably; call it while holding the registry's lock.
 *
 * The copy is hashed, not the original: what was changed since it was judged is not promoted.
 *
 * @throws KwxError MODEL_EDITED (exit 1), STORAGE_FULL, STORAGE_READ_ONLY (exit 1)
 */
export async function stageVersion(world: World, parts: Parts): Promise<string> {
  const version = versionOf(parts)
  const { versions } = foldersOf(world)
  const folder = join(versions, version)
  if ((await hashOf(folder)) === version) return version
  await assertWritable(versions)
  const temporary = temporaryName(folder)
  try {
    await copyFolder(parts.pilot.folder, temporary)
    if (parts.report) await copyFolder(parts.report.folder, join(temporary, ACCEPTANCE))
    if (parts.joint) await copyFolder(parts.joint.folder, join(temporary, JOINT))
    if ((await hashOf(temporary)) !== version) throw edited(parts.pilot.folder, ['a file changed while it was copied'])
    await rm(folder, { recursive: true, force: true }) // a damaged one
    await mkdir(versions, { recursive: true })
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
    throw storageError(error, folder)
  }
  return version
}

/**
 * Parses and re-hashes a version before it is used.
 *
 * @throws KwxError MODELS_VERSION_MISSING (exit 5) when it is not on this machine
 * @throws KwxError MODEL_EDITED, MODEL_PARAMETERS_MISSING and others (exit 1) as `readWindows`
 */
export async function readVersion(world: World, version: string): Promise<ReadVersion> {
  const folder = join(foldersOf(world).versions, version)
  const real = await realpath(folder).catch(() => null)
  if (real === null) {
    throw new KwxError(`The files of version ${version.slice(0, 12)} are not in ${foldersOf(world).versions}.`, {
      code: 'MODELS_VERSION_MISSING',
      exit: EXIT.stale,
      hint: 'Type "kwx models repair" to make them from the store of artefacts, or copy the folder from where it was promoted.',
      details: { version, folder },
    })
  }
  const files = await hashFiles(real)
  const parsed = await readWindows(real)
  if (artefactHash('version', files) !== version)
    throw edited(folder, ['its content is not what its name was made from'])
  const own = Object.entries(files).filter(([file]) => !file.startsWith(ACCEPTANCE) && !file.startsWith(JOINT))
  return { ...parsed, version, folder, pilotHash: artefactHash('pilot', Object.fromEntries(own)) }
}

const hashOf = (folder: string): Promise<string | null> =>
  hashFiles(folder).then(
    (files) => artefactHash('version', files),
    () => null,
  )
