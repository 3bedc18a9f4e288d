/*
 * Everything that a feed writes of prices and of the markets they belong to: rows as they are received, candles that are
 * complete, and what became of a market.
 */
import type { Database } from 'kwx/database'
import { type Statement, statement, text } from 'kwx/database'
import { insertLateRows, type LateRow } from './late-rows.ts'

type Bar = readonly [open: number | null, high: number | null, low: number | null, close: number | null]

/** Some rows of a few markets, as they are received; units as in schema.ts. */
export interface PriceRows {
  /** Put behind the trades that are there, in this order. */
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
 * rows to the disk with it; a server that crashes before loses what was received within its last second and nothing that was
 * made of it.
 */
export async function savePrices(db: Database, { prints, quotes, candles, late }: PriceRows): Promise<void> {
  const parameters: unknown[] = []
  const kinds: PriceKind[] = []
  const add = (kind: PriceKind, rows: readonly object[]) => {
    kinds.push(kind)
    parameters.push(JSON.stringify(rows))
  }
  if (prints.length > 0) {
    add(
      'prints',
      prints.map((print, k) => ({ ...print, k })),
    )
  }
  if (quotes.length > 0) {
    add('quotes', [...new Map(quotes.map((quote) => [`${quote.marketId} ${quote.tsMs}`, quote])).values()])
  }
  if (candles.length > 0) {
    add('candles', [...new Map(candles.map((candle) => [`${candle.marketId} ${candle.endMinute}`, candle])).values()])
  }
  if (late.length > 0) add('late', late)
  await insertPrices.get(kinds.join())?.run(db, parameters)
}

type PriceKind = keyof PriceRows

const insertTrades = (given: string) => `
  insert into trades (market_id, ordinal, ts_ms, price, count_centi, taker_yes)
  select "marketId", coalesce(known.next, 0) + row_number() over (partition by "marketId" order by k) - 1, "tsMs", price,
    "countCenti", "takerYes"
  from jsonb_to_recordset(${given}) as given ("marketId" integer, k integer, "tsMs" bigint, price smallint,
    "countCenti" integer, "takerYes" boolean)
  cross join lateral (select max(ordinal) + 1 as next from trades where market_id = "marketId") as known`

const upsertQuotes = (given: string) => `
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

const upsertCandles = (given: string) => `
  insert into candles (market_id, period_minutes, end_minute, ${CANDLE})
  select "marketId", 1, "endMinute", ${[...legs('price'), ...legs('bid'), ...legs('ask')]}, "volumeCenti",
    "openInterestCenti"
  from jsonb_to_recordset(${given}) as given ("marketId" integer, "endMinute" integer, price jsonb, bid jsonb, ask jsonb,
    "volumeCenti" integer, "openInterestCenti" integer)
  on conflict (market_id, period_minutes, end_minute) do update set
    ${CANDLE.map((name) => `${name} = excluded.${name}`)}`

const INSERTS: Readonly<Record<PriceKind, (given: string) => string>> = {
  prints: insertTrades,
  quotes: upsertQuotes,
  candles: upsertCandles,
  late: insertLateRows,
}

/** A statement for each set of kinds, by their names: a kind without rows takes no part in it. */
export const insertPrices: ReadonlyMap<string, Statement<{ set_config: ReturnType<typeof text> }>> = new Map(
  subsetsOf(Object.keys(INSERTS) as PriceKind[])
    .filter((kinds) => kinds.length > 0)
    .map((kinds) => {
      const parts = kinds.map((kind, k) => `part${k} as (${INSERTS[kind](`$${k + 1}::jsonb`)})`)
      return [
        kinds.join(),
        statement({
          text: `with ${parts.join(', ')} select set_config('synchronous_commit', 'off', true)`,
          columns: { set_config: text() },
        }),
      ]
    }),
)

/** All subsets, each in the order of `all`. */
function subsetsOf<Item>(all: readonly Item[]): Item[][] {
  return all.reduce<Item[][]>((some, item) => some.flatMap((subset) => [subset, [...subset, item]]), [[]])
}

/**
 * Marks candles complete: of cities (`$1`) with events from a day (`$2`) to a day (`$3`), those that ended after minute
 * `$4`, up to minute `$5`.
 */
export const completeCandles = statement({
  text: `
    update candles set complete = true
    from unnest($1::text[], $2::integer[], $3::integer[]) as trading (city, first, last)
      join events on events.city = trading.city and day between first and last
      join markets using (event_id)
    where candles.market_id = markets.market_id and period_minutes = 1 and not complete
      and end_minute > $4 and end_minute <= $5`,
})

/** Writes status (`$2`), result (`$3`) and close time (`$4`) of the market with ticker `$1`; null keeps what is there. */
export const updateMarket = statement({
  text: `
    update markets set status = coalesce($2, status), result = coalesce($3, result), close_ms = coalesce($4, close_ms)
    where ticker = $1`,
})
