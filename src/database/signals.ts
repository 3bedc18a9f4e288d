import type { Bracket } from '../config/production-config.ts'
import { EXIT, KwxError } from '../errors.ts'
import { formatInstant, minuteToMs } from '../time/index.ts'
import type { Database } from './open-database.ts'
import { inTransaction, runQuery } from './run-query.ts'

/** What the loop made of one market at the end of one minute. Null: not computed, because of `standDown`. */
export interface Signal {
  readonly endMinute: number
  readonly ticker: string
  readonly city: string
  readonly bracket: Bracket
  readonly pModel: number | null
  readonly pMarket: number | null
  readonly pBlend: number | null
  /** Of the better side, cents per contract after fee and slippage. */
  readonly edgeCents: number | null
  readonly kellyFraction: number | null
  /** Of the bankroll, after `kelly_alpha` and the cap. */
  readonly sizeFraction: number | null
  readonly spreadCents: number | null
  readonly minutesToClose: number
  readonly modelId: string | null
  readonly window: string | null
  readonly side: 'yes' | 'no' | null
  /** Why nothing would be done; null for a signal to act on. */
  readonly standDown: string | null
  /** True for a model that was not promoted. */
  readonly candidate: boolean
  readonly trace: Readonly<Record<string, unknown>>
}

/** Which signals to read. */
export interface SignalFilter {
  readonly fromMinute: number
  readonly toMinute: number
  readonly city?: string
  readonly limit?: number
  readonly acting?: boolean
}

/** One minute that a loop worked through. */
export interface WorkedMinute {
  /** Name of what ran: its configurations. */
  readonly loop: string
  readonly endMinute: number
  /** When the work on it began. */
  readonly endedMs: number
}

/**
 * Writes the signals of one minute and that the minute is done, together or not at all. A minute that is done already
 * stays as it is: of two loops that come to it, one wins.
 *
 * @param db  not a transaction: a minute that was done already takes all of its own back
 * @param work  called in the transaction: what it writes stands or falls with the minute, and the signals are written as it
 *   answers them
 * @returns the signals as they were written; null when the minute was done already
 * @throws KwxError SIGNALS_OF_ANOTHER_LOOP (exit 1) when a loop of another name wrote signals of the same markets: a market
 *   has one signal a minute, and none is lost without a word
 */
export async function saveMinute(
  db: Database,
  minute: WorkedMinute,
  work: (trx: Database) => Promise<readonly Signal[]>,
): Promise<readonly Signal[] | null> {
  try {
    return await inTransaction(db, async (trx) => {
      const signals = await work(trx)
      const standDowns = signals.filter(({ standDown }) => standDown !== null).length
      const [saved] = await runQuery<{ minutes: number; signals: number }>(trx, SAVE, [
        JSON.stringify(signals),
        ...[minute.endedMs, minute.loop, minute.endMinute, signals.length, standDowns],
      ])
      if (saved!.minutes === 0) throw DONE_ALREADY
      if (saved!.signals < signals.length) throw ofAnotherLoop(minute, signals.length - saved!.signals, signals.length)
      return signals
    })
  } catch (error) {
    if (error === DONE_ALREADY) return null
    throw error
  }
}

/** What takes a transaction back. */
const DONE_ALREADY = new Error('The minute was done already.')

const ofAnotherLoop = ({ loop, endMinute }: WorkedMinute, there: number, of: number): KwxError =>
  new KwxError(
    `${there} of the ${of} signals of "${loop}" for ${formatInstant(minuteToMs(endMinute))} are there already: another loop records the same markets in this database.`,
    {
      code: 'SIGNALS_OF_ANOTHER_LOOP',
      exit: EXIT.error,
      hint: 'Stop one of the two, or give one of them a database of its own: KWX_DATABASE_URL=postgres://...',
      details: { loop, end_minute: endMinute, there, signals: of },
    },
  )

const SAVE = `
  with minutes as (
    insert into rt_minutes (loop, end_minute, signals, stand_downs, ended_ms) values ($3, $4, $5, $6, $2)
    on conflict do nothing returning 1
  ), signals as (insert into rt_signals (ts_utc, market_ticker, city, bracket, p_model, p_market, p_blend, edge_cents, kelly_fraction,
    size_fraction, spread_cents, minutes_to_close, model_id, wf_window, side, stand_down, candidate, trace, created_at)
  select to_timestamp("endMinute" * 60.0), ticker, city, bracket, "pModel", "pMarket", "pBlend", "edgeCents",
    "kellyFraction", "sizeFraction", "spreadCents", "minutesToClose", "modelId", "window", side, "standDown", candidate,
    trace, to_timestamp($2::bigint / 1000.0)
  from jsonb_to_recordset($1::jsonb) as given ("endMinute" integer, ticker text, city text, bracket text,
    "pModel" float8, "pMarket" float8, "pBlend" float8, "edgeCents" float8, "kellyFraction" float8,
    "sizeFraction" float8, "spreadCents" float8, "minutesToClose" integer, "modelId" text, "window" text, side text,
    "standDown" text, candidate boolean, trace jsonb)
  on conflict (ts_utc, market_ticker) do nothing returning 1)
  select (select count(*) from minutes)::integer as minutes, (select count(*) from signals)::integer as signals`

/**
 * Signals of some minutes, by minute and ticker; both ends inclusive.
 *
 * @param limit  the newest so many of those that are asked for
 * @param acting  only those to act on
 */
export function readSignals(
  db: Database,
  { fromMinute, toMinute, city, limit, acting = false }: SignalFilter,
): Promise<Signal[]> {
  return runQuery<Signal>(
    db,
    `select (extract(epoch from ts_utc) / 60)::integer as "endMinute", market_ticker as ticker, city, bracket,
       p_model as "pModel", p_market as "pMarket", p_blend as "pBlend", edge_cents as "edgeCents",
       kelly_fraction as "kellyFraction", size_fraction as "sizeFraction", spread_cents as "spreadCents",
       minutes_to_close as "minutesToClose", model_id as "modelId", wf_window as "window", side,
       stand_down as "standDown", candidate, trace
     from rt_signals
     where ts_utc between to_timestamp($1::float8 * 60) and to_timestamp($2::float8 * 60) and ($3::text is null or city = $3)
       and (not $5::boolean or stand_down is null)
     order by ts_utc desc, market_ticker limit $4`,
    [fromMinute, toMinute, city ?? null, limit ?? null, acting],
  ).then((rows) => rows.toSorted((a, b) => a.endMinute - b.endMinute || (a.ticker < b.ticker ? -1 : 1)))
}

/** The last minute that a loop worked through, or null. */
export async function lastWorkedMinute(db: Database, loop: string): Promise<number | null> {
  const [row] = await runQuery<{ minute: number | null }>(
    db,
    'select max(end_minute) as minute from rt_minutes where loop = $1',
    [loop],
  )
  return row?.minute ?? null
}

/** The newest command to all loops, or null. */
export async function newestControl(
  db: Database,
): Promise<{ command: 'stop' | 'pause' | 'resume'; reason: string } | null> {
  const [row] = await runQuery<{ command: 'stop' | 'pause' | 'resume'; reason: string }>(
    db,
    'select command, reason from rt_controls order by control_id desc limit 1',
  )
  return row ?? null
}

/** Adds a command to all loops. */
export async function addControl(
  db: Database,
  control: { readonly command: 'stop' | 'pause' | 'resume'; readonly reason: string; readonly atMs: number },
): Promise<void> {
  await runQuery(db, 'insert into rt_controls (at_ms, command, reason) values ($1, $2, $3)', [
    control.atMs,
    control.command,
    control.reason,
  ])
}
