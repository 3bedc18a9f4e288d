import type { Database } from 'kwx/database'
import { runQuery } from 'kwx/database'

/**
 * A row that came after its minute had been worked through: `after_minute` is the last minute that was done without it.
 *
 * `was` is what stood in its place, null where nothing did.
 */
export type LateRow = {
  readonly market_id: number
  readonly at_ms: number
  readonly after_minute: number
  readonly received_ms: number
} & (
  | {
      readonly kind: 'print'
      readonly came: { readonly price: number; readonly count_centi: number; readonly taker_yes: boolean }
      readonly was: null
    }
  | { readonly kind: 'candle'; readonly came: LateCandle; readonly was: LateCandle | null }
)

/** What a model or its benchmark sees of a candle; null for an empty side, and for no trade. */
export interface LateCandle {
  /** Absent in rows that were kept before benchmarks read it. */
  readonly price_close?: number | null
  readonly bid_close: number | null
  readonly ask_close: number | null
  readonly volume_centi: number
}

type Bar = readonly [open: number | null, high: number | null, low: number | null, close: number | null]

/** Some rows of a few markets, as they are heard; units as in schema.ts. */
export interface KeptRows {
  /** Put behind the prints that are there, in this order. */
  readonly prints: readonly {
    readonly marketId: number
    readonly tsMs: number
    readonly price: number
    readonly countCenti: number
    readonly takerYes: boolean
  }[]
  /** Of two at one millisecond of a market the later one stays. */
  readonly quotes: readonly {
    readonly marketId: number
    readonly tsMs: number
    readonly bid: number | null
    readonly ask: number | null
    readonly bidSizeCenti: number | null
    readonly askSizeCenti: number | null
  }[]
  /** One that is there takes the new values. */
  readonly candles: readonly {
    readonly marketId: number
    readonly endMinute: number
    readonly price: Bar
    readonly bid: Bar
    readonly ask: Bar
    readonly volumeCenti: number
    readonly openInterestCenti: number
  }[]
  readonly late: readonly LateRow[]
}

/**
 * Writes a handful of rows in one statement, all of them or none: one answer of the server is most of what it costs.
 * For more than some thousand rows use the loaders.
 *
 * Does not wait for the disk. The log of the server is written in order, so whatever is committed afterwards brings these
 * rows to the disk with it; a server that crashes before loses what was heard within its last second and nothing that was
 * made of it.
 */
export async function keepRows(db: Database, { prints, quotes, candles, late }: KeptRows): Promise<void> {
  const parts: string[] = []
  const parameters: unknown[] = []
  const given = (rows: readonly object[]) => `$${parameters.push(JSON.stringify(rows))}::jsonb`
  if (prints.length > 0) parts.push(savePrints(given(prints.map((print, k) => ({ ...print, k })))))
  if (quotes.length > 0) {
    const last = new Map(quotes.map((quote) => [`${quote.marketId} ${quote.tsMs}`, quote]))
    parts.push(saveQuotes(given([...last.values()])))
  }
  if (candles.length > 0) {
    const last = new Map(candles.map((candle) => [`${candle.marketId} ${candle.endMinute}`, candle]))
    parts.push(saveCandles(given([...last.values()])))
  }
  if (late.length > 0) parts.push(saveLate(given(late)))
  if (parts.length === 0) return
  const named = parts.map((part, k) => `part${k} as (${part})`)
  await runQuery(db, `with ${named.join(', ')} select set_config('synchronous_commit', 'off', true)`, parameters)
}

const savePrints = (given: string) => `
  insert into trades (market_id, ordinal, ts_ms, price, count_centi, taker_yes)
  select "marketId", coalesce(known.next, 0) + row_number() over (partition by "marketId" order by k) - 1, "tsMs", price,
    "countCenti", "takerYes"
  from jsonb_to_recordset(${given}) as given ("marketId" integer, k integer, "tsMs" bigint, price smallint,
    "countCenti" integer, "takerYes" boolean)
  cross join lateral (select max(ordinal) + 1 as next from trades where market_id = "marketId") as known`

const saveQuotes = (given: string) => `
  insert into quotes (market_id, ts_ms, bid, ask, bid_size_centi, ask_size_centi)
  select "marketId", "tsMs", bid, ask, "bidSizeCenti", "askSizeCenti"
  from jsonb_to_recordset(${given}) as given ("marketId" integer, "tsMs" bigint, bid smallint, ask smallint,
    "bidSizeCenti" integer, "askSizeCenti" integer)
  on conflict (market_id, ts_ms) do update set bid = excluded.bid, ask = excluded.ask,
    bid_size_centi = excluded.bid_size_centi, ask_size_centi = excluded.ask_size_centi`

const LEGS = ['open', 'high', 'low', 'close'] as const
const bars = (side: string) => LEGS.map((leg) => `${side}_${leg}`)
const CANDLE = [...bars('price'), ...bars('bid'), ...bars('ask'), 'volume_centi', 'open_interest_centi']
const legs = (side: string) => LEGS.map((_, k) => `(${side}->>${k})::smallint`)

const saveCandles = (given: string) => `
  insert into candles (market_id, period_minutes, end_minute, ${CANDLE})
  select "marketId", 1, "endMinute", ${[...legs('price'), ...legs('bid'), ...legs('ask')]}, "volumeCenti",
    "openInterestCenti"
  from jsonb_to_recordset(${given}) as given ("marketId" integer, "endMinute" integer, price jsonb, bid jsonb, ask jsonb,
    "volumeCenti" integer, "openInterestCenti" integer)
  on conflict (market_id, period_minutes, end_minute) do update set
    ${CANDLE.map((name) => `${name} = excluded.${name}`)}`

const saveLate = (given: string) => `
  insert into rt_late_rows (market_id, kind, at_ms, after_minute, came, was, received_ms)
  select market_id, kind, at_ms, after_minute, came, nullif(was, 'null'::jsonb), received_ms
  from jsonb_to_recordset(${given}) as given (market_id integer, kind text, at_ms bigint, after_minute integer,
    came jsonb, was jsonb, received_ms bigint)`

/** Late rows of some markets that minutes from `fromMinute` on were done without, oldest first. */
export function readLateRows(db: Database, marketIds: readonly number[], fromMinute: number): Promise<LateRow[]> {
  return runQuery<LateRow>(
    db,
    `select market_id, kind, at_ms, after_minute, came, was, received_ms from rt_late_rows
     where market_id = any($1::integer[]) and after_minute >= $2 order by late_id`,
    [marketIds, fromMinute],
  )
}
