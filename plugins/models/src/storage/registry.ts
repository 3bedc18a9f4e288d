import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { boolean, changeEProcess, isUniqueViolation, runQuery, statement } from 'kwx/database'
import { climateDayAtMs } from 'kwx/time'
import type { Insertable, Selectable } from 'kysely'
import type { ModelsTable, PromotionsTable, RegistryTables } from './tables.ts'

type RegisteredModel = Selectable<ModelsTable>
export type Promotion = Selectable<PromotionsTable>
export type Role = PromotionsTable['role']
/** A promotion before the database numbers it. */
export type NewPromotion = Omit<Selectable<PromotionsTable>, 'promotion_id'>

/** Whose live model is meant: each has a history of its own. */
export type Place = Readonly<Pick<PromotionsTable, 'city' | 'bracket' | 'role'>>

/** The latest change of a place; null when nothing was ever promoted there. Uses the unique index of the table. */
export async function latestPromotion(db: Database, place: Place): Promise<Promotion | null> {
  return (await ofPlace(db, place).orderBy('sequence', 'desc').limit(1).executeTakeFirst()) ?? null
}

/**
 * The change that was in force at an instant, itself included; null when that was before the first.
 *
 * @param atMs  milliseconds since the epoch, UTC
 */
export async function promotionAt(db: Database, place: Place, atMs: number): Promise<Promotion | null> {
  const found = ofPlace(db, place).where('at_ms', '<=', atMs).orderBy('sequence', 'desc').limit(1)
  return (await found.executeTakeFirst()) ?? null
}

/** One promotion by its number; null when there is none. */
export async function readPromotion(db: Database, id: number): Promise<Promotion | null> {
  const found = db.withTables<RegistryTables>().selectFrom('promotions').selectAll().where('promotion_id', '=', id)
  return (await found.executeTakeFirst()) ?? null
}

/** All changes, oldest first, of everything or of what is named. */
export function listPromotions(db: Database, { city, bracket, role }: Partial<Place> = {}): Promise<Promotion[]> {
  let query = db.withTables<RegistryTables>().selectFrom('promotions').selectAll()
  if (city !== undefined) query = query.where('city', '=', city)
  if (bracket !== undefined) query = query.where('bracket', '=', bracket)
  if (role !== undefined) query = query.where('role', '=', role)
  return query.orderBy('promotion_id').execute()
}

/** The windows of a promoted version, in order; empty when it never was promoted. */
export function readModels(db: Database, version: string): Promise<RegisteredModel[]> {
  return db
    .withTables<RegistryTables>()
    .selectFrom('models')
    .selectAll()
    .where('version', '=', version)
    .orderBy('wf_window')
    .execute()
}

/**
 * Writes a change and, where its version is new, the version's windows; of a champion it ends the e-process of what was
 * live and starts that of what is live now, with the climate day after the change. All of it or nothing.
 *
 * @param expected  sequence of the change that the caller saw as the latest, 0 for none
 * @param models  windows of the version
 * @param standardOffset  of the city: minutes east of UTC in standard time
 * @throws KwxError PROMOTION_RACE (exit 1) when another change came first; nothing is written then
 */
export async function recordPromotion(
  db: Database,
  expected: number,
  promotion: NewPromotion,
  models: readonly Insertable<ModelsTable>[],
  standardOffset: number,
): Promise<Promotion> {
  try {
    return await db.transaction().execute(async (trx) => {
      const latest = await latestPromotion(trx, promotion)
      if ((latest?.sequence ?? 0) !== expected) throw raced(latest)
      if (models.length > 0) {
        await trx
          .withTables<RegistryTables>()
          .insertInto('models')
          .values([...models])
          .onConflict((conflict) => conflict.columns(['version', 'wf_window']).doNothing())
          .execute()
      }
      const row = { ...promotion, overridden: JSON.stringify(promotion.overridden) }
      const recorded = await trx
        .withTables<RegistryTables>()
        .insertInto('promotions')
        .values(row)
        .returningAll()
        .executeTakeFirstOrThrow()
      if (recorded.role === 'champion') {
        await changeEProcess(trx, recorded, recorded.at_ms, eProcessFrom(recorded, models, standardOffset))
      }
      return recorded
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw raced(await latestPromotion(db, promotion), error)
  }
}

/** The e-process of what is live from a change on; null where nothing is. */
function eProcessFrom(
  { promotion_id, version, at_ms }: Promotion,
  models: readonly Insertable<ModelsTable>[],
  standardOffset: number,
) {
  if (version === null) return null
  const model_ids = models.map(({ model_id }) => model_id)
  return { promotion_id, version, model_ids, first_day: climateDayAtMs(at_ms, standardOffset) + 1 }
}

/** SQLSTATE; the error's class differs between server and embedded database. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Any two numbers that nobody else locks. */
const LOCK = '7043960, 7'

export const tryLock = statement({
  text: `select pg_try_advisory_lock(${LOCK}) as taken`,
  columns: { taken: boolean() },
})

/**
 * Runs `work` while no other process that uses this database changes the registry; `work` gets the connection that
 * holds the lock, which a killed process gives back by dying.
 *
 * @param wait  false: do not wait for another process, answer null at once
 * @throws KwxError REGISTRY_BUSY (exit 1) when another process holds it for more than 30 s
 */
export function withRegistryLock<Value>(
  db: Database,
  { wait }: { readonly wait: boolean },
  work: (db: Database) => Promise<Value>,
): Promise<Value | null> {
  return db.connection().execute(async (own) => {
    if (wait) await waitForLock(own)
    else {
      const tried = await tryLock.first(own)
      if (!tried!.taken) return null
    }
    try {
      return await work(own)
    } finally {
      await runQuery(own, `select pg_advisory_unlock(${LOCK})`).catch(() => {})
    }
  })
}

async function waitForLock(db: Database): Promise<void> {
  await runQuery(db, `set lock_timeout = '30s'`)
  try {
    await runQuery(db, `select pg_advisory_lock(${LOCK})`)
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw cause
    throw new KwxError('Another process has been changing the registry for more than 30 seconds.', {
      code: 'REGISTRY_BUSY',
      exit: EXIT.error,
      hint: 'Wait for it to end and run the same command again.',
      cause,
    })
  } finally {
    await runQuery(db, 'reset lock_timeout')
  }
}

const ofPlace = (db: Database, { city, bracket, role }: Place) =>
  db
    .withTables<RegistryTables>()
    .selectFrom('promotions')
    .selectAll()
    .where('city', '=', city)
    .where('bracket', '=', bracket)
    .where('role', '=', role)

function raced(winner: Promotion | null, cause?: unknown): KwxError {
  const by = winner ? `promotion ${winner.promotion_id} (${winner.action})` : 'another change'
  return new KwxError(`Nothing was changed: ${by} came first.`, {
    code: 'PROMOTION_RACE',
    exit: EXIT.error,
    hint: 'Look at "kwx models history" and decide anew.',
    details: winner ? { promotion: winner.promotion_id, version: winner.version } : undefined,
    cause,
  })
}
