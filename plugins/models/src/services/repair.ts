import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { isKwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { latestPromotion, listPromotions, type Place, type Promotion, withRegistryLock } from '../storage/registry.ts'
import { livePlaces } from './list-models.ts'
import { assertOwnLink, liveVersion, pointTo } from './live-link.ts'
import { finishPending } from './pending.ts'
import { findJoint } from './read-report.ts'
import { type Parts, readVersion, stageVersion, versionOf } from './version.ts'
import { foldersOf, type World } from './world.ts'

/** A place whose files are not what the history says. */
export interface Disagreement extends Place {
  readonly recorded: string | null
  readonly found: string | null
  /** False for files that no entry of this database's history made live: they were promoted with another one. */
  readonly in_history: boolean
}

export interface Repaired extends Disagreement {
  readonly outcome: 'repaired' | 'left'
  readonly sentence: string
}

/** Where files and history disagree: after a change on another machine, or by hand. */
export async function disagreements(world: World, db: Database): Promise<Disagreement[]> {
  const differing: Disagreement[] = []
  for (const latest of await latestOfAll(db)) {
    const { city, bracket, role, version: recorded } = latest
    const found = await liveVersion(world, latest)
    const isHere = recorded === null || existsSync(join(foldersOf(world).versions, recorded))
    if (found !== recorded || !isHere) differing.push({ city, bracket, role, recorded, found, in_history: true })
  }
  return [...differing, ...(await strangers(world, await latestOfAll(db)))]
}

/** What is live by its files alone. */
async function strangers(world: World, latest: readonly Place[]): Promise<Disagreement[]> {
  const known = new Set(latest.map(placeKey))
  const found: Disagreement[] = []
  for (const place of await livePlaces(world)) {
    const version = known.has(placeKey(place)) ? null : await liveVersion(world, place)
    if (version !== null) found.push({ ...place, recorded: null, found: version, in_history: false })
  }
  return found
}

const placeKey = ({ city, bracket, role }: Place) => `${city} ${bracket} ${role}`

/** Makes files follow the history, versions that are gone from the store of artefacts where it still has them. */
export async function repair(world: World): Promise<Repaired[]> {
  const done = await withRegistryLock(await world.database(), { wait: true }, async (db) => {
    await finishPending(world, db)
    const differing = await disagreements(world, db)
    for (const one of await listPromotions(db)) {
      if (one.version !== null) await bringBack(world, one).catch(() => {}) // an earlier one: rollback will say so
    }
    const repaired: Repaired[] = []
    for (const one of differing) {
      if (!one.in_history) {
        repaired.push({ ...one, outcome: 'left', sentence: STRANGER })
        continue
      }
      try {
        await assertOwnLink(world, one)
        if (one.recorded !== null) await bringBack(world, (await latestPromotion(db, one))!)
        await pointTo(world, one, one.recorded)
        repaired.push({ ...one, outcome: 'repaired', sentence: 'Its files follow the history again.' })
      } catch (error) {
        if (!isKwxError(error)) throw error
        repaired.push({ ...one, outcome: 'left', sentence: error.message })
      }
    }
    return repaired
  })
  return done!
}

const STRANGER =
  'The history of this database does not know it, so it was promoted with another one: set that one, promote it here, or "kwx models withdraw" it there.'

async function bringBack(world: World, { version, pilot, report, joint }: Promotion): Promise<void> {
  if (!existsSync(join(foldersOf(world).versions, version!))) {
    const open = async (kind: string, hash: string | null): Promise<Parts['report']> =>
      hash !== null && (await world.store.sidecar(kind, hash)) ? world.store.open(kind, hash, null) : null
    const { reports } = world.settings.directories
    const own = await open('pilot', pilot)
    const parts = {
      report: await open('report', report),
      joint: joint === null ? null : await findJoint(reports, joint),
    }
    if (own && versionOf({ pilot: own, ...parts }) === version) await stageVersion(world, { pilot: own, ...parts })
  }
  await readVersion(world, version!)
}

async function latestOfAll(db: Database): Promise<Promotion[]> {
  const latest = new Map<string, Promotion>()
  for (const one of await listPromotions(db)) latest.set(placeKey(one), one)
  return [...latest.values()]
}
