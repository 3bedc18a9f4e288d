import type { Bracket } from 'kwx/config'
import type { Database } from 'kwx/database'
import { boolean, double, integer, json, nullable, type RowOf, statement, text } from 'kwx/database'
import type { LoopTables, RtControlsTable } from './tables.ts'

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
interface SignalFilter {
  readonly fromMinute: number
  readonly toMinute: number
  readonly city?: string
  readonly limit?: number
  readonly acting?: boolean
}

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
  return signalsOfMinutes
    .rows(db, [fromMinute, toMinute, city ?? null, limit ?? null, acting])
    .then((rows) => rows.toSorted((a, b) => a.endMinute - b.endMinute || (a.ticker < b.ticker ? -1 : 1)))
}

export const signalsOfMinutes = statement({
  text: `
     select (extract(epoch from ts_utc) / 60)::integer as "endMinute", market_ticker as ticker, city, bracket,
       p_model as "pModel", p_market as "pMarket", p_blend as "pBlend", edge_cents as "edgeCents",
       kelly_fraction as "kellyFraction", size_fraction as "sizeFraction", spread_cents as "spreadCents",
       minutes_to_close as "minutesToClose", model_id as "modelId", wf_window as "window", side,
       stand_down as "standDown", candidate, trace
     from rt_signals
     where ts_utc between to_timestamp($1::float8 * 60) and to_timestamp($2::float8 * 60) and ($3::text is null or city = $3)
       and (not $5::boolean or stand_down is null)
     order by ts_utc desc, market_ticker limit $4`,
  columns: {
    endMinute: integer(),
    ticker: text(),
    city: text(),
    bracket: text<Bracket>(),
    pModel: nullable(double()),
    pMarket: nullable(double()),
    pBlend: nullable(double()),
    edgeCents: nullable(double()),
    kellyFraction: nullable(double()),
    sizeFraction: nullable(double()),
    spreadCents: nullable(double()),
    minutesToClose: integer(),
    modelId: nullable(text()),
    window: nullable(text()),
    side: nullable(text<'yes' | 'no'>()),
    standDown: nullable(text()),
    candidate: boolean(),
    trace: json<Record<string, unknown>>(),
  },
})

/** The newest command to all loops, or null. */
export const newestControl = (db: Database): Promise<RowOf<typeof lastControl> | null> => lastControl.first(db)

export const lastControl = statement({
  text: 'select command, reason from rt_controls order by control_id desc limit 1',
  columns: { command: text<RtControlsTable['command']>(), reason: text() },
})

/** Adds a command to all loops. */
export async function addControl(
  db: Database,
  { command, reason, atMs }: Readonly<Pick<RtControlsTable, 'command' | 'reason'>> & { readonly atMs: number },
): Promise<void> {
  await db.withTables<LoopTables>().insertInto('rt_controls').values({ at_ms: atMs, command, reason }).execute()
}
