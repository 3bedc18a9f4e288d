import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { integer, isUniqueViolation, nullable, statement } from 'kwx/database'
import { formatInstant, minuteToMs } from 'kwx/time'
import { type PaperStep, writePaperStep } from './paper-step.ts'
import type { Signal } from './signals.ts'

/** One minute that a loop worked through. */
export interface WorkedMinute {
  /** Name of what ran: its configurations. */
  readonly loop: string
  readonly endMinute: number
  /** When the work on it began. */
  readonly endedMs: number
}

/** What a minute makes of the portfolio of its loop, which holds only while that is as it was read. */
export type PaperChange =
  | {
      readonly portfolio_id: number
      /** Its last minute when it was read: what it holds changes with that minute alone. */
      readonly readAt: number
      /** In place of a step, what does not add up. */
      readonly change: PaperStep | { readonly mismatch: string }
    }
  | {
      /** One that was not there begins with this bankroll, 1e-4 dollars. */
      readonly begin: number
      readonly change: PaperStep
    }

/**
 * Writes the signals of one minute, that the minute is done, and what a portfolio did in it, by one statement: all of it
 * or nothing, at the price of one answer of the server, since a signal waits for it.
 *
 * The statement looks at the portfolio itself: of two that decided on the same state, the second writes nothing and is to
 * decide again on what the first left.
 *
 * @param db  not a transaction: what is refused ends it
 * @returns `done` when the minute was done before, of two loops that come to it one wins; `moved` when the portfolio is no
 *   longer as it was read. Nothing was written then
 * @throws KwxError SIGNALS_OF_ANOTHER_LOOP (exit 1) when a loop of another name wrote signals of the same markets: a market
 *   has one signal a minute, and none is lost without a word
 */
export async function saveMinute(
  db: Database,
  minute: WorkedMinute,
  signals: readonly Signal[],
  paper?: PaperChange,
): Promise<'written' | 'done' | 'moved'> {
  const standDowns = signals.filter(({ standDown }) => standDown !== null).length
  const given = [JSON.stringify(signals), minute.endedMs, minute.loop, minute.endMinute, signals.length, standDowns]
  try {
    const { minuteStatement, parameters } = statementOf(given, paper)
    const written = await minuteStatement.rows(db, parameters)
    return written.length === 0 ? 'moved' : 'written'
  } catch (error) {
    if (isUniqueViolation(error, 'rt_minutes_pkey')) return 'done'
    if (isUniqueViolation(error, 'rt_signals_pkey')) throw (await ofAnotherLoop(db, minute, signals)) ?? error
    throw error
  }
}

/** The last minute that a loop worked through, or null. */
export async function lastWorkedMinute(db: Database, loop: string): Promise<number | null> {
  return (await newestMinute.first(db, [loop]))?.minute ?? null
}

export const newestMinute = statement({
  text: 'select max(end_minute) as minute from rt_minutes where loop = $1',
  columns: { minute: nullable(integer()) },
})

function statementOf(minute: readonly unknown[], paper?: PaperChange) {
  const { alone, withFirstStep, withMismatch, withStep } = minuteStatements
  if (!paper) return { minuteStatement: alone, parameters: minute }
  if ('begin' in paper) {
    return { minuteStatement: withFirstStep, parameters: [...minute, paper.begin, JSON.stringify(paper.change)] }
  }
  const { portfolio_id, readAt, change } = paper
  const own = [...minute, portfolio_id, readAt]
  return 'mismatch' in change
    ? { minuteStatement: withMismatch, parameters: [...own, change.mismatch] }
    : { minuteStatement: withStep, parameters: [...own, JSON.stringify(change)] }
}

/**
 * The minute before its signals: of one that is done it is not said that its signals are of another loop. Signals in one
 * order for everybody: two loops that write the same markets wait for each other instead of locking up.
 */
const WRITE_MINUTE = `
  minutes as (
    insert into rt_minutes (loop, end_minute, signals, stand_downs, ended_ms)
    select $3::text, $4::integer, $5::integer, $6::integer, $2::bigint from own returning end_minute
  ),
  signals as (
    insert into rt_signals (ts_utc, market_ticker, city, bracket, p_model, p_market, p_blend, edge_cents, kelly_fraction,
      size_fraction, spread_cents, minutes_to_close, model_id, wf_window, side, stand_down, candidate, trace, created_at)
    select to_timestamp("endMinute" * 60.0), ticker, city, bracket, "pModel", "pMarket", "pBlend", "edgeCents",
      "kellyFraction", "sizeFraction", "spreadCents", "minutesToClose", "modelId", "window", side, "standDown", candidate,
      trace, to_timestamp($2::bigint / 1000.0)
    from minutes, jsonb_to_recordset($1::jsonb) as given ("endMinute" integer, ticker text, city text, bracket text,
      "pModel" float8, "pMarket" float8, "pBlend" float8, "edgeCents" float8, "kellyFraction" float8,
      "sizeFraction" float8, "spreadCents" float8, "minutesToClose" integer, "modelId" text, "window" text, side text,
      "standDown" text, candidate boolean, trace jsonb)
    order by ticker
  )
  select end_minute from minutes`

const READ_AT = 'where portfolio_id = $7::integer and own.through_minute = $8::integer returning own.portfolio_id'

const ALONE = `with own as (select), ${WRITE_MINUTE}`

const WITH_MISMATCH = `
  with own as (update paper_portfolios as own set mismatch = $9::text ${READ_AT}), ${WRITE_MINUTE}`

const WITH_STEP = `
  with own as (
    update paper_portfolios as own set through_minute = given.through_minute, cash = given.cash, locked = given.locked,
      reserved = given.reserved, mismatch = null
    from jsonb_to_record($9::jsonb) as given (through_minute integer, cash bigint, locked bigint, reserved bigint)
    ${READ_AT}
  ), ${writePaperStep('own', '$9::jsonb')}, ${WRITE_MINUTE}`

const WITH_FIRST_STEP = `
  with own as (
    insert into paper_portfolios (loop, bankroll, first_minute, through_minute, cash, locked, reserved)
    select $3::text, $7::bigint, $4::integer, through_minute, cash, locked, reserved
    from jsonb_to_record($8::jsonb) as given (through_minute integer, cash bigint, locked bigint, reserved bigint)
    on conflict (loop) do nothing returning portfolio_id
  ), paper_ledger_begun as (
    insert into paper_ledger (portfolio_id, entry_no, end_minute, at_ms, kind, amount, balance)
    select portfolio_id, 1, $4::integer - 1, ($4::integer - 1)::bigint * 60000, 'bankroll', $7::bigint, $7::bigint from own
  ), ${writePaperStep('own', '$8::jsonb')}, ${WRITE_MINUTE}`

const writing = (text: string) => statement({ text, columns: { end_minute: integer() } })

/** Each writes a whole minute, and returns it; what happened to the portfolio tells which one it is. */
export const minuteStatements = {
  alone: writing(ALONE),
  withMismatch: writing(WITH_MISMATCH),
  withStep: writing(WITH_STEP),
  withFirstStep: writing(WITH_FIRST_STEP),
}

/** How many signals of a minute (`$1`) and some tickers (`$2`) there are. */
export const countSignals = statement({
  text: `
    select count(*)::integer as there from rt_signals
    where ts_utc = to_timestamp($1::float8 * 60) and market_ticker = any($2::text[])`,
  columns: { there: integer() },
})

/** Null where none of the signals is there. */
async function ofAnotherLoop(
  db: Database,
  { loop, endMinute }: WorkedMinute,
  signals: readonly Signal[],
): Promise<KwxError | null> {
  const there = (await countSignals.first(db, [endMinute, signals.map(({ ticker }) => ticker)]))?.there ?? 0
  if (there === 0) return null
  return new KwxError(
    `${there} of the ${signals.length} signals of "${loop}" for ${formatInstant(minuteToMs(endMinute))} are there already: another loop records the same markets in this database.`,
    {
      code: 'SIGNALS_OF_ANOTHER_LOOP',
      exit: EXIT.error,
      hint: 'Stop one of the two, or give one of them a database of its own: KWX_DATABASE_URL=postgres://...',
      details: { loop, end_minute: endMinute, there, signals: signals.length },
    },
  )
}
