import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { EXIT, isKwxError, KwxError } from 'kwx'
import { writeJson } from 'kwx/artefacts'
import { type Database, redactUrl } from 'kwx/database'
import { latestPromotion, type Place, withRegistryLock } from '../storage/registry.ts'

import { assertOwnLink, linkOf, liveVersion, pointTo } from './live-link.ts'
import { readChecked } from './read-checked.ts'
import { foldersOf, named, type World } from './world.ts'

/*
 * Files and table cannot change in one step. The table decides: a change is recorded first and the link follows. What
 * is under way lies in `models/.pending.json` from before anything is made until after the link, and whoever comes next after
 * a crash lets the link follow the table. So each crash leaves the old state or the new one, and never a third.
 */
interface Pending extends Place {
  /** Without its password: only the database that was asked knows how it ended. */
  readonly database: string
}

const pendingSchema = {
  $id: 'kwx/models/pending@1',
  type: 'object',
  required: ['city', 'bracket', 'role', 'database'],
  additionalProperties: false,
  properties: {
    city: { type: 'string', pattern: '^[a-z][a-z0-9_-]*$' },
    bracket: { enum: ['between', 'greater', 'less'] },
    role: { enum: ['champion', 'challenger'] },
    database: { type: 'string' },
  },
}

/** What the next command did about a change that was cut off. */
interface Finished extends Place {
  /** What is live now. */
  readonly version: string | null
  /** True when the link had to follow; false when the change had not been recorded, or had been finished. */
  readonly moved: boolean
}

export async function announce(world: World, { city, bracket, role }: Place): Promise<void> {
  const { pending } = foldersOf(world)
  await mkdir(dirname(pending), { recursive: true })
  const entry: Pending = { city, bracket, role, database: redactUrl(world.settings.databaseUrl) }
  await writeJson(pending, entry)
}

export const retract = (world: World): Promise<void> => rm(foldersOf(world).pending, { force: true })

/**
 * Finishes a change that a crash cut off; call it while holding the registry's lock.
 *
 * @throws KwxError MODELS_PENDING_ELSEWHERE (exit 1) when it was recorded, or not, in another database
 */
export async function finishPending(world: World, db: Database): Promise<Finished | null> {
  const { pending, versions } = foldersOf(world)
  if (!existsSync(pending)) return null
  const { database, ...place } = await readChecked<Pending>(pending, pendingSchema)
  if (database !== redactUrl(world.settings.databaseUrl)) {
    throw new KwxError(`A change of ${place.city} ${place.bracket} was cut off; only ${database} knows how it ended.`, {
      code: 'MODELS_PENDING_ELSEWHERE',
      exit: EXIT.error,
      hint: `Type "kwx models repair" with DATABASE_URL set to it, or remove ${pending} if it is gone.`,
      details: { pending, database },
    })
  }
  await assertOwnLink(world, place)
  const latest = await latestPromotion(db, place)
  const before = await liveVersion(world, place)
  const version = latest ? latest.version : before
  const isHere = version === null || existsSync(join(versions, version))
  const moved = version !== before && isHere
  if (moved) await pointTo(world, place, version)
  await removeLeftovers(versions)
  await removeLeftovers(dirname(linkOf(world, place)))
  await retract(world)
  const live = moved ? version : before
  world.news?.(
    `A change of ${named(place)} had been cut off; ${live ? `version ${live.slice(0, 12)}` : 'nothing'} is live.`,
  )
  return { ...place, version: live, moved }
}

/** `finishPending` for commands that only read: a change that another process is making right now is left to it. */
export async function recover(world: World): Promise<Finished | null> {
  if (!existsSync(foldersOf(world).pending)) return null
  try {
    return await withRegistryLock(await world.database(), { wait: false }, (db) => finishPending(world, db))
  } catch (error) {
    // Whoever has the embedded database may be the one that is changing something; until then the files are as before.
    if (!isKwxError(error) || error.code !== 'DATABASE_BUSY') throw error
    world.news?.('A change of what is live is under way, or was cut off; the database is in use and cannot say.')
    return null
  }
}

/** What a killed process had begun under a temporary name. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (/\.tmp-\d+-\d+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
