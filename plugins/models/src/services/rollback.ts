import { EXIT, KwxError } from 'kwx'
import { latestPromotion, listPromotions, type Place, type Promotion } from '../storage/registry.ts'

import { changeLive } from './change-live.ts'
import { recover } from './pending.ts'
import { checkedReason } from './reason.ts'
import { readVersion } from './version.ts'
import { named, type World } from './world.ts'

interface RollbackOptions {
  /** Number of the promotion to go back to; absent means the one before what is live. */
  readonly to?: number | undefined
  readonly reason?: string | undefined
}

/**
 * Goes back to what an earlier promotion had made live, after loading it whole.
 *
 * @throws KwxError ROLLBACK_NOTHING (exit 5) when there is nothing to go back to
 * @throws KwxError ROLLBACK_UNKNOWN (exit 2) when `to` is no promotion of this place, or what is live
 * @throws KwxError as `readVersion` and `changeLive`
 */
export async function rollback(world: World, place: Place, { to, reason }: RollbackOptions): Promise<Promotion> {
  const why = reason === undefined ? null : checkedReason(reason, '--reason')
  await recover(world)
  const db = await world.database()
  const seen = await latestPromotion(db, place)
  const history = await listPromotions(db, place)
  const target = to === undefined ? previous(history, place) : chosen(history, to, place)
  await readVersion(world, target.version!)
  return changeLive(world, place, seen, {
    ...{ action: 'rollback', target: target.version, returns_to: target.promotion_id, pilot: target.pilot },
    ...{ report: target.report, joint: target.joint, verdict: target.verdict, origin: target.origin },
    ...{ overridden: target.overridden, reason: why },
  })
}

/**
 * Takes the live model away and puts none in its place.
 *
 * @throws KwxError ROLLBACK_NOTHING (exit 5) when nothing is live
 */
export async function withdraw(world: World, place: Place, reason: string): Promise<Promotion> {
  const why = checkedReason(reason, '--reason')
  await recover(world)
  const seen = await latestPromotion(await world.database(), place)
  if (!seen?.version) throw nothing(`Nothing is live for ${named(place)}.`)
  return changeLive(world, place, seen, {
    ...{ action: 'withdraw', target: null, returns_to: null, pilot: null, report: null, joint: null },
    ...{ verdict: null, origin: null, overridden: [], reason: why },
  })
}

/** What a change put in force: a rollback stands for the promotion it went back to. */
function inForce(history: readonly Promotion[], change: Promotion): Promotion {
  return history.find(({ promotion_id }) => promotion_id === change.returns_to) ?? change
}

/** What was in force before what is live came to be: going back twice goes back by two, not to and fro. */
function previous(history: readonly Promotion[], place: Place): Promotion {
  const latest = history.at(-1)
  let at = latest ? history.indexOf(inForce(history, latest)) - 1 : -1
  while (at >= 0) {
    const before = inForce(history, history[at]!)
    if (before.version !== null && before.version !== latest!.version) return before
    at--
  }
  throw nothing(
    latest?.version
      ? `Nothing was live for ${named(place)} before promotion ${inForce(history, latest).promotion_id}.`
      : `Nothing ${history.length > 0 ? 'is' : 'was ever'} live for ${named(place)}.`,
  )
}

function chosen(history: readonly Promotion[], to: number, place: Place): Promotion {
  const found = history.find(({ promotion_id }) => promotion_id === to)
  const target = found && inForce(history, found)
  if (target?.version && target.version !== history.at(-1)!.version) return target
  const what = !target ? 'is none of' : target.version ? 'is what is live for' : 'left nothing live for'
  throw new KwxError(`Promotion ${to} ${what} ${named(place)}.`, {
    code: 'ROLLBACK_UNKNOWN',
    exit: EXIT.usage,
    hint: `See "kwx models history --city ${place.city} --bracket ${place.bracket}".`,
  })
}

const nothing = (message: string) =>
  new KwxError(message, {
    code: 'ROLLBACK_NOTHING',
    exit: EXIT.stale,
    hint: 'See "kwx models history"; to use no model at all type "kwx models withdraw".',
  })
