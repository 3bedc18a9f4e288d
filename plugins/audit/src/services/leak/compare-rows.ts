import { numbers } from 'kwx/artefacts'
import type { MarketRow } from 'kwx/database'
import { civilOf, designNames, gateObservations, readsLadder } from 'kwx/features'
import { formatInstant, minuteToMs, parseDay } from 'kwx/time'
import { cutAt } from './cut-at.ts'
import type { LeakCounter } from './findings.ts'
import type { LeakAuditOptions } from './leak-audit-options.ts'
import type { RawData, RawPrices } from './raw-data.ts'
import { readRawPrices } from './read-raw.ts'
import { type RebuiltRow, rebuildRow } from './rebuild-row.ts'
import type { SampledRow } from './sampled-rows.ts'

/** Days of markets whose prices are in memory at once. */
const BATCH_DAYS = 14
/** A first look keeps three days of reports, more than features look back; a row that differs gets them all. */
const PAST_MS = 3 * 86_400_000

/** How many sampled rows are equal, and how many of those only once the whole day's repeats are known. */
interface Compared {
  readonly equal: number
  readonly gated: number
}

/** Rebuilds sampled rows and compares them with the built ones bit for bit, batch by batch of event days. */
export async function compareRows(
  options: LeakAuditOptions,
  raw: RawData,
  sample: readonly SampledRow[],
  leaks: LeakCounter,
): Promise<Compared> {
  const { db, config, signal, progress } = options
  const compare = comparerOf(options, raw)
  const byTicker = new Map(raw.markets.map((market) => [market.ticker, market]))
  const days = [...Map.groupBy(sample, ({ day }) => day)].sort(([a], [b]) => a - b)
  let [equal, gated] = [0, 0]
  for (let first = 0; first < days.length; first += BATCH_DAYS) {
    signal?.throwIfAborted()
    const batch = days.slice(first, first + BATCH_DAYS)
    const inBatch = new Set(batch.map(([day]) => day))
    const markets = raw.markets.filter(({ day }) => inBatch.has(day))
    const ids = markets.map(({ market_id }) => market_id)
    const prices = await readRawPrices(db, ids, config.price_source)
    const events = Map.groupBy(markets, ({ event_ticker }) => event_ticker)
    for (const row of batch.flatMap(([, rows]) => rows)) {
      const market = byTicker.get(row.market)
      const example = { market: row.market, minute: formatInstant(minuteToMs(row.minute)) }
      if (!market || !prices.has(market.market_id)) {
        const say = (rows: number) => `${rows} sampled rows are of ${row.market}, of which the database has no prices.`
        leaks.add('row-unknown', row.market, example, say)
        continue
      }
      const found = compare(row, market, events.get(market.event_ticker) ?? [], prices)
      if (found.wrong?.length === 0) equal++
      else report(leaks, found.wrong, example)
      if (found.gated) gated++
    }
    progress?.(Math.min(first + BATCH_DAYS, days.length), days.length)
  }
  return { equal, gated }
}

/** Columns in which a row differs from its rebuilt self, null where it cannot be rebuilt. */
interface Difference {
  readonly wrong: readonly string[] | null
  readonly gated: boolean
}

/** Compares one row: first with three days of the past, then with all of it, then with the gate of whole days. */
function comparerOf({ city, config, set, table }: LeakAuditOptions, raw: RawData) {
  const { standardOffset } = city
  const columns = ['market_price', 'market_last', 'market_middle', ...designNames(set)]
  const built = columns.map((name) => (table.has(name) ? numbers(table, name) : null))
  const civil = civilOf(city, parseDay(config.start_date), parseDay(config.end_date))
  const rules = { city, excludedVcCities: config.excluded_vc_cities, useVcMinutes: config.use_vc_minutes }
  const filledDays = new Set(
    gateObservations(raw.observations, rules).audit.filled_days.map(({ source, day }) => `${source} ${day}`),
  )
  const ladder = readsLadder(set)
  const differing = (row: number, rebuilt: RebuiltRow | null) =>
    rebuilt === null ? null : columns.filter((_, c) => !Object.is(built[c]?.[row] ?? null, rebuilt[c]))

  return (
    sampled: SampledRow,
    market: MarketRow,
    event: readonly MarketRow[],
    prices: ReadonlyMap<number, RawPrices>,
  ): Difference => {
    const needed = new Map<number, RawPrices>()
    for (const { market_id } of ladder ? event : [market]) {
      const own = prices.get(market_id)
      if (own) needed.set(market_id, own)
    }
    const then = { ...raw, markets: event }
    const look = (pastMs: number, days?: ReadonlySet<string>) => {
      const cut = cutAt(then, needed, sampled.minute, { standardOffset, pastMs })
      const rebuilding = { city, config, set, civil, filledDays: days }
      return differing(sampled.row, rebuildRow(cut, market.market_id, sampled.minute, rebuilding))
    }
    const first = look(PAST_MS)
    if (first?.length === 0) return { wrong: first, gated: false }
    const wrong = look(Number.MAX_SAFE_INTEGER)
    if (wrong?.length === 0) return { wrong, gated: false }
    // Days are closed by the gate for what is known of them at their end: it takes values away, and is counted apart.
    const gated = look(Number.MAX_SAFE_INTEGER, filledDays)
    return gated?.length === 0 ? { wrong: gated, gated: true } : { wrong, gated: false }
  }
}

function report(leaks: LeakCounter, wrong: readonly string[] | null, example: { market: string; minute: string }) {
  const known = 'from what was known at their minute'
  if (wrong === null) {
    leaks.add('row-not-rebuilt', 'rows', example, (rows) => `${rows} sampled rows cannot be built ${known}.`)
    return
  }
  for (const column of wrong) {
    const say = (rows: number) => `${column} differs in ${rows} sampled rows when they are built ${known}.`
    leaks.add('row-differs', column, example, say)
  }
}
