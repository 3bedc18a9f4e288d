import { numbers, rowsOf, type Table, text } from 'kwx/artefacts'
import type { LabelsFile } from 'kwx/contracts'
import type { MarketRow } from 'kwx/database'
import { closeMinuteOf } from 'kwx/features'
import { formatDay, formatInstant, minuteToMs } from 'kwx/time'

import type { FindTime } from './audit-event-time.ts'
import type { DayTally } from './day-tally.ts'

/** The built rows of one market. */
interface BuiltMarket {
  readonly ticker: string
  /** Day number that the rows carry. */
  readonly day: number
  readonly endMinute: Int32Array
}

/** Rows of `features.parquet` by market and day, in the order of the table. */
function builtMarkets(table: Table): BuiltMarket[] {
  const { codes, values } = text(table, 'market')
  const [day, minute] = [numbers(table, 'event_day'), numbers(table, 'end_minute')]
  const n = rowsOf(table)
  const found: BuiltMarket[] = []
  for (let first = 0; first < n; ) {
    let end = first + 1
    while (end < n && values[codes[end]!] === values[codes[first]!] && day[end] === day[first]) end++
    const endMinute = Int32Array.from(minute.subarray(first, end))
    found.push({ ticker: values[codes[first]!]!, day: day[first]!, endMinute })
    first = end
  }
  return found
}

/**
 * Rows outside the life of their market: before it opened, after its close, after its settlement was known.
 *
 * @param settledMs  when the official maximum of the day was known; null where there is none
 */
function checkBuilt(
  { ticker, day, endMinute }: BuiltMarket,
  market: MarketRow | undefined,
  standardOffset: number,
  settledMs: number | null,
  find: FindTime,
): void {
  if (!market || market.day !== day) {
    const stored = market ? `the database has it on ${formatDay(market.day)}` : 'the database has no such market'
    const sentence = `${endMinute.length} built rows of ${ticker} are of ${formatDay(day)}; ${stored}.`
    find('row-of-another-event', market?.event_ticker ?? ticker, endMinute.length, sentence)
    return
  }
  const close = closeMinuteOf(market, standardOffset)
  const count = (isWrong: (minute: number) => boolean) =>
    endMinute.reduce((n, minute) => n + Number(isWrong(minute)), 0)
  const tell = (kind: Parameters<FindTime>[0], rows: number, what: string, ms: number) => {
    if (rows === 0) return
    find(kind, market.event_ticker, rows, `${rows} built rows of ${ticker} lie ${what} ${formatInstant(ms)}.`)
  }
  tell(
    'row-after-close',
    count((minute) => minute > close),
    'after its close at',
    minuteToMs(close),
  )
  if (market.open_ms !== null) {
    const open = market.open_ms
    tell(
      'row-before-open',
      count((minute) => minuteToMs(minute) <= open),
      'before it opened at',
      open,
    )
  }
  if (settledMs !== null) {
    const late = count((minute) => minuteToMs(minute) > settledMs)
    tell('row-after-settlement', late, 'after its settlement was known at', settledMs)
  }
}

/** What built rows are held against. */
interface BuiltChecks {
  readonly markets: readonly MarketRow[]
  readonly standardOffset: number
  /** When the used maximum of a day was known, by day. */
  readonly settledMs: ReadonlyMap<number, number>
  readonly isRefused: (market: MarketRow) => boolean
  readonly tally: () => DayTally
  readonly find: FindTime
}

/**
 * Counts built rows by event and checks them against their market's life and their label's day.
 *
 * @returns `strays` are rows of markets that the database has not
 */
export function tallyBuilt(
  dataset: { readonly table: Table; readonly labels: LabelsFile['labels'] } | null,
  { markets, standardOffset, settledMs, isRefused, tally, find }: BuiltChecks,
): { readonly events: ReadonlyMap<string, DayTally>; readonly strays: DayTally } {
  const events = new Map<string, DayTally>()
  const strays = tally()
  const byTicker = new Map(markets.map((market) => [market.ticker, market]))
  const sealedDay = new Map(dataset?.labels.map(({ market, event_day }) => [market, event_day]))
  for (const rows of dataset ? builtMarkets(dataset.table) : []) {
    const { ticker, day, endMinute } = rows
    const market = byTicker.get(ticker)
    const into = market ? (events.get(market.event_ticker) ?? tally()) : strays
    if (market) events.set(market.event_ticker, into)
    for (const minute of endMinute) into.add(minute - 1, day)
    if (!market || !isRefused(market)) checkBuilt(rows, market, standardOffset, settledMs.get(day) ?? null, find)
    const sealed = sealedDay.get(ticker)
    if (sealed === undefined || sealed === formatDay(day)) continue
    const sentence = `${endMinute.length} built rows of ${ticker} are of ${formatDay(day)}; its label is of ${sealed}.`
    find('row-of-another-event', market?.event_ticker ?? ticker, endMinute.length, sentence)
  }
  return { events, strays }
}
