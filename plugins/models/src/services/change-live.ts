import { dirname } from 'node:path'

import { EXIT, isKwxError, KwxError, kwxVersion } from 'kwx'
import { assertWritable } from 'kwx/artefacts'
import type { Database } from 'kwx/database'
import { lastDaySeen } from 'kwx/model'
import { formatInstant, parseDay } from 'kwx/time'
import {
  type NewPromotion,
  type Place,
  type Promotion,
  recordPromotion,
  withRegistryLock,
} from '../storage/registry.ts'

import { assertOwnLink, linkOf, pointTo } from './live-link.ts'
import { announce, finishPending, retract } from './pending.ts'
import { type Parts, type ReadVersion, readVersion, stageVersion } from './version.ts'
import { named, offsetOf, type World } from './world.ts'

/** What is to be live from now on, and why. */
type Change = Omit<NewPromotion, keyof Place | 'sequence' | 'at_ms' | 'from_version' | 'kwx_version' | 'version'> & {
  /** What to make a version of, or a version that is there, or nothing. */
  readonly target: Parts | string | null
}

/**
 * Changes what a role uses, in files and table as one: a crash at any moment leaves the old state or the new one.
 *
 * @param seen  the change that was the latest when the caller decided; null for none
 * @throws KwxError PROMOTION_RACE, REGISTRY_BUSY, MODELS_BLOCKED, MODELS_CLOCK (exit 1), and as `readVersion`
 */
export async function changeLive(
  world: World,
  place: Place,
  seen: Promotion | null,
  { target, ...change }: Change,
): Promise<Promotion> {
  const db = await world.database()
  const done = await withRegistryLock(db, { wait: true }, async (own) => {
    await finishPending(world, own)
    await assertOwnLink(world, place)
    await assertWritable(dirname(linkOf(world, place)))
    await announce(world, place)
    world.reached?.('pending')
    const recorded = await record(world, own, place, seen, { target, ...change }).catch(async (error: unknown) => {
      // What the database did not refuse itself may have been recorded: then the next command has to find out.
      if (isKwxError(error)) await retract(world)
      throw error
    })
    world.reached?.('recorded')
    await pointTo(world, place, recorded.version)
    world.reached?.('linked')
    await retract(world)
    return recorded
  })
  return done!
}

async function record(
  world: World,
  db: Database,
  place: Place,
  seen: Promotion | null,
  { target, ...change }: Change,
): Promise<Promotion> {
  const version = typeof target === 'string' || target === null ? target : await stageVersion(world, target)
  // Looked at again here, where nothing can come between: what was checked before may have changed since.
  const read = version === null ? null : await readVersion(world, version)
  world.reached?.('staged')
  const sequence = seen?.sequence ?? 0
  const row: NewPromotion = {
    ...{ city: place.city, bracket: place.bracket, role: place.role },
    ...{ sequence: sequence + 1, at_ms: now(world, place, seen) },
    ...{ ...change, version, from_version: seen?.version ?? null, kwx_version: kwxVersion },
  }
  return recordPromotion(db, sequence, row, read ? modelRows(read, row) : [], await offsetOf(world, place.city))
}

/** The history answers what was live at a time, so its times must not go back. */
function now({ clock }: World, place: Place, seen: Promotion | null): number {
  const ms = clock.now()
  if (!seen || ms >= seen.at_ms) return ms
  throw new KwxError(
    `The clock says ${formatInstant(ms)}; ${named(place)} was last changed at ${formatInstant(seen.at_ms)}, later than that.`,
    {
      code: 'MODELS_CLOCK',
      exit: EXIT.error,
      hint: 'Set the clock (KWX_CLOCK, or the machine) right and run the same command again.',
    },
  )
}

function modelRows({ pilot, version, pilotHash, windows }: ReadVersion, { origin }: NewPromotion) {
  return windows.map(({ model, parametersHash }) => ({
    ...{ version, wf_window: model.window, model_id: model.id, pilot: pilotHash, name: pilot.name },
    ...{ city: model.city, bracket: model.bracket, feature_set: model.feature_set },
    feature_set_version: model.feature_set_version,
    first_training_day: parseDay(model.training.first_day),
    last_seen_day: lastDaySeen(model),
    first_test_day: parseDay(model.test.first_day),
    last_test_day: parseDay(model.test.last_day),
    ...{ features: model.data.features, labels: model.data.labels, parameters: parametersHash },
    ...{ origin: origin!, kwx_version: model.kwx },
  }))
}
