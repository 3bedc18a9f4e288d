import { EXIT, KwxError } from '../../../base/errors.ts'
import { formatInstant } from '../../../base/time/instants.ts'
import type { Bracket } from '../../../domain/config/production-config.ts'
import { E_CLIP, eValues, growEProcess } from '../../../domain/scores/e-process.ts'
import { inTransaction } from '../connection/run-query.ts'
import type { Database } from '../database.ts'
import { type EProcessDay, type EProcessRow, type EProcessStanding, standingOf } from './standing.ts'

/** Whose champion is meant. */
export interface EProcessPlace {
  readonly city: string
  readonly bracket: Bracket
}

/** A process before its first day. */
type NewEProcess = Pick<EProcessRow, 'promotion_id' | 'version' | 'model_ids' | 'first_day'>

/** A settled day to be added. */
type NewEProcessDay = Pick<EProcessDay, 'day' | 'difference' | 'market_hours' | 'yes_markets' | 'added_ms'>

/**
 * Ends the live process of a place and starts another one, or none. To be called in the transaction that writes the
 * promotion.
 *
 * @param atMs  when the promotion came, milliseconds since the epoch, not before the one that started the live process
 */
export async function changeEProcess(
  db: Database,
  { city, bracket }: EProcessPlace,
  atMs: number,
  started: NewEProcess | null,
): Promise<void> {
  await db
    .updateTable('e_processes')
    .set({ ended_ms: atMs })
    .where('city', '=', city)
    .where('bracket', '=', bracket)
    .where('ended_ms', 'is', null)
    .execute()
  if (started === null) return
  const { promotion_id, version, model_ids, first_day } = started
  const row = { promotion_id, city, bracket, version, model_ids: JSON.stringify(model_ids), first_day }
  await db
    .insertInto('e_processes')
    .values({ ...row, clip: E_CLIP, started_ms: atMs, ended_ms: null })
    .execute()
}

/**
 * The process of the champion that is live; null where none is.
 *
 * @throws KwxError as `standingOf`
 * @cost two statements, O(days)
 */
export async function liveEProcess(db: Database, { city, bracket }: EProcessPlace): Promise<EProcessStanding | null> {
  const process = await db
    .selectFrom('e_processes')
    .selectAll()
    .where('city', '=', city)
    .where('bracket', '=', bracket)
    .where('ended_ms', 'is', null)
    .executeTakeFirst()
  return process ? standingOf(process, await daysOf(db, process.promotion_id)) : null
}

/**
 * Adds a settled day to a live process. Of two that add the same day at once the second is refused.
 *
 * @throws KwxError E_PROCESS_DAY    (exit 1) when the day was added before, is earlier than the last one or than the first
 * @throws KwxError E_PROCESS_ENDED  (exit 1) when another promotion, or a withdrawal, ended the process
 * @throws KwxError E_PROCESS_CLOCK  (exit 1) when the clock is behind the last day's addition
 * @throws KwxError E_PROCESS_VALUE  (exit 1) when the difference is not finite
 * @cost three statements in one transaction, O(days)
 */
export async function addEProcessDay(
  db: Database,
  promotionId: number,
  { day, difference, market_hours, yes_markets, added_ms }: NewEProcessDay,
): Promise<EProcessStanding> {
  return inTransaction(db, async (trx) => {
    const process = await trx
      .selectFrom('e_processes')
      .selectAll()
      .where('promotion_id', '=', promotionId)
      .forUpdate()
      .executeTakeFirst()
    if (!process || process.ended_ms !== null) throw ended(promotionId)
    if (day < process.first_day) throw beforeFirst(day, process.first_day)
    const before = standingOf(process, await daysOf(trx, promotionId))
    const since = before.days.at(-1)?.added_ms ?? process.started_ms
    if (added_ms < since) throw clockBehind(promotionId, added_ms, since)
    const state = growEProcess(before.state, day, difference)
    const { eFor, eAgainst } = eValues(state)
    const row: EProcessDay = {
      ...{ promotion_id: promotionId, day, difference, market_hours, e_for: eFor, e_against: eAgainst },
      ...{ clipped: state.clipped > before.state.clipped, yes_markets, added_ms },
    }
    await trx.insertInto('e_process_days').values(row).execute()
    return standingOf(process, [...before.days, row])
  })
}

const daysOf = (db: Database, promotionId: number): Promise<EProcessDay[]> =>
  db.selectFrom('e_process_days').selectAll().where('promotion_id', '=', promotionId).orderBy('day').execute()

const ended = (promotionId: number): KwxError =>
  new KwxError(`Promotion ${promotionId} has no live e-process; expected the promotion of the live champion.`, {
    code: 'E_PROCESS_ENDED',
    exit: EXIT.error,
    hint: 'See "kwx models history" for what is live.',
    details: { promotion: promotionId },
  })

const beforeFirst = (day: number, firstDay: number): KwxError =>
  new KwxError(
    `Day ${day} comes before day ${firstDay}, the first after the promotion; expected that day or a later one.`,
    {
      code: 'E_PROCESS_DAY',
      exit: EXIT.error,
      hint: 'Give only the days from the first one on.',
      details: { day, first_day: firstDay },
    },
  )

const clockBehind = (promotionId: number, foundMs: number, sinceMs: number): KwxError =>
  new KwxError(
    `The clock says ${formatInstant(foundMs)}; the e-process of promotion ${promotionId} was written at ${formatInstant(sinceMs)}, later than that.`,
    {
      code: 'E_PROCESS_CLOCK',
      exit: EXIT.error,
      hint: 'Set the clock (KWX_CLOCK, or the machine) right; the day is added then.',
      details: { promotion: promotionId },
    },
  )
