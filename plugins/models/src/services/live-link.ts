import { lstat, mkdir, readlink, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

import { EXIT, KwxError } from 'kwx'
import { replaceLink, storageError } from 'kwx/artefacts'
import type { Place } from '../storage/registry.ts'

import { foldersOf, type World } from './world.ts'

/** The link that a role's loader follows: `models/trained/<city>/<bracket>` for the champion. */
export const linkOf = (world: World, { city, bracket, role }: Place): string =>
  join(foldersOf(world)[role], city, bracket)

/** The version that files say is live; null where there is none, or a folder that kwx did not make. */
export async function liveVersion(world: World, place: Place): Promise<string | null> {
  const link = linkOf(world, place)
  const target = await readlink(link).catch(() => null)
  if (target === null) return null
  const inside = relative(foldersOf(world).versions, resolve(dirname(link), target))
  return /^[0-9a-f]{64}$/.test(inside) ? inside : null
}

/**
 * @throws KwxError MODELS_BLOCKED (exit 1) when a folder that kwx did not make lies where a live model should be
 */
export async function assertOwnLink(world: World, place: Place): Promise<void> {
  const link = linkOf(world, place)
  const existing = await lstat(link).catch(() => null)
  if (!existing || existing.isSymbolicLink()) return
  throw new KwxError(`${link} exists and is not a link that kwx made.`, {
    code: 'MODELS_BLOCKED',
    exit: EXIT.error,
    hint: `Move it away: mv ${link} ${link}.old`,
  })
}

/** Makes a version live for whoever loads models, or nothing; one rename, so that a reader sees the old or the new. */
export async function pointTo(world: World, place: Place, version: string | null): Promise<void> {
  const link = linkOf(world, place)
  try {
    if (version === null) await rm(link, { force: true })
    else {
      await mkdir(dirname(link), { recursive: true })
      await replaceLink(relative(dirname(link), join(foldersOf(world).versions, version)), link)
    }
  } catch (error) {
    throw storageError(error, link)
  }
}
