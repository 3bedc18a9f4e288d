import { realpath } from 'node:fs/promises'

import { hashFiles } from 'kwx/artefacts'

import { type Identified, identify } from './identify.ts'
import { type ReadWindows, readWindows } from './read-windows.ts'
import type { World } from './world.ts'

/** A pilot whose every file is that of its artefact. */
interface ReadPilot extends ReadWindows, Identified {}

/**
 * Reads a published pilot and proves that it is the one that was trained.
 *
 * @throws KwxError as `readWindows` and `identify`
 */
export async function readPilot(world: World, folder: string): Promise<ReadPilot> {
  const real = await realpath(folder).catch(() => folder)
  await hashFiles(real).catch(throwUnlessAbsent) // before anything is parsed: a pipe among the files would never end
  const parsed = await readWindows(real)
  return { ...parsed, ...(await identify(world.store, ['pilot'], real)) }
}

function throwUnlessAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
