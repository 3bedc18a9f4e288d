import type { Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { Bracket, ProductionConfig } from 'kwx/config'
import { type Database, type MarketRow, readMarkets, readObservations, readSettlements } from 'kwx/database'
import { civilOf, knownMsOf } from 'kwx/features'
import type { LabelsFile, TimeAuditEvent, TimeAuditFile } from 'kwx/reports'
import {
  climateDayAtMs,
  climateDayEnd,
  climateDayStart,
  formatDay,
  formatInstant,
  MS_PER_MINUTE,
  minuteToMs,
} from 'kwx/time'

import { loadedSpan, nothingLoaded, originOf, priceSourceOf, type Span, stationOf } from '../scope.ts'
import { checkDate, closeClock, timeFaults } from './audit-event-time.ts'
import { builtMarkets, checkBuilt } from './built-rows.ts'
import { clockOfDay } from './clock-of-day.ts'
import { type CloseRule, closeRule } from './close-rule.ts'
import { DayTally, sumOf } from './day-tally.ts'
import { tallyPrices } from './tally-prices.ts'
import { timeVerdict } from './time-verdict.ts'

export interface TimeAuditOptions {
  readonly db: Database
  readonly city: City
  readonly span: Partial<Span>
  /** The dataset that was built from these rows; null audits the database alone. */
  readonly dataset: {
    readonly bracket: Bracket
    readonly priceSource: ProductionConfig['price_source']
    readonly station: string
    /** `features.parquet`. */
    readonly table: Table
    readonly labels: LabelsFile['labels']
  } | null
  readonly signal?: AbortSignal | undefined
}

/**
 * File 09: on which day every row lies by local standard time, and by the rules that are mistaken for it; whether events
 * close when their date's rule says; whether built rows lie within their market's life.
 *
 * @throws KwxError AUDIT_EMPTY (exit 5), AUDIT_MIXED_ORIGINS (exit 1)
 * @cost  one pass over the prices of the span: 100,000 trades in about a second
 */
export async function auditTime({ db, city, span, dataset, signal }: TimeAuditOptions): Promise<TimeAuditFile> {
  const { standardOffset } = city
  const { fromDay, toDay } = await loadedSpan(db, city, span)
  const markets = await readMarkets(db, { city: city.id, fromDay, toDay })
  if (markets.length === 0) throw nothingLoaded(city.id, { fromDay, toDay })
  const civil = civilOf(city, fromDay, toDay)
  const priceSource = dataset?.priceSource ?? (await priceSourceOf(db, markets))
  const station = dataset?.station ?? (await stationOf(db, city))
  const settlements = await readSettlements(db, { city: city.id, fromDay, toDay })
  const settled = new Map(
    settlements.filter(({ used }) => used).map((row) => [row.day, knownMsOf(row, standardOffset)]),
  )
  const observations = await readObservations(db, {
    station,
    fromMs: minuteToMs(climateDayStart(fromDay, standardOffset)),
    toMs: minuteToMs(climateDayEnd(toDay, standardOffset)),
  })
  const { faults, find } = timeFaults()
  const tally = () => new DayTally(civil, standardOffset)

  const reports = new Map<number, DayTally>()
  for (const { valid_ms } of observations) {
    const day = climateDayAtMs(valid_ms, standardOffset)
    const own = reports.get(day) ?? tally()
    reports.set(day, own)
    own.add(Math.floor(valid_ms / MS_PER_MINUTE), day)
  }
  const prices = await tallyPrices({ db, markets, priceSource, tally, signal })

  const known = new Map<string, CloseRule | null>()
  const rules = (text: string): CloseRule | null => {
    const rule = known.has(text) ? known.get(text)! : closeRule(text, city, [fromDay, toDay])
    known.set(text, rule)
    return rule
  }
  const events = [...Map.groupBy(markets, ({ event_ticker }) => event_ticker).values()]
  const closes = new Map(events.map((event) => [event[0]!.event_ticker, closeClock(event, city, rules, find)]))
  const isRefused = (market: MarketRow | undefined) =>
    market !== undefined && closes.get(market.event_ticker)!.rule === null

  const built = new Map<string, DayTally>()
  const strays = tally()
  const byTicker = new Map(markets.map((market) => [market.ticker, market]))
  const sealedDay = new Map(dataset?.labels.map(({ market, event_day }) => [market, event_day]))
  for (const rows of dataset ? builtMarkets(dataset.table) : []) {
    const market = byTicker.get(rows.ticker)
    const into = market ? (built.get(market.event_ticker) ?? tally()) : strays
    if (market) built.set(market.event_ticker, into)
    for (const minute of rows.endMinute) into.add(minute - 1, rows.day)
    if (!isRefused(market)) checkBuilt(rows, market, standardOffset, settled.get(rows.day) ?? null, find)
    const sealed = sealedDay.get(rows.ticker)
    if (sealed !== undefined && sealed !== formatDay(rows.day)) {
      const sentence = `${rows.endMinute.length} built rows of ${rows.ticker} are of ${formatDay(rows.day)}; its label is of ${sealed}.`
      find('row-of-another-event', market?.event_ticker ?? rows.ticker, rows.endMinute.length, sentence)
    }
  }

  const none = tally().counts()
  const audited = events.map((own): TimeAuditEvent => {
    const { event_ticker: event, day } = own[0]!
    const close = closes.get(event)!
    const traded = prices.get(event)
    if (close.rule !== null && traded) checkDate(own[0]!, traded.tally.counts(), traded.tradable, find)
    return {
      event,
      event_day: formatDay(day),
      status: close.rule === null ? 'refused' : 'judged',
      starts: formatInstant(minuteToMs(climateDayStart(day, standardOffset))),
      ends: formatInstant(minuteToMs(climateDayEnd(day, standardOffset))),
      clock: clockOfDay(day, civil, standardOffset).clock,
      close,
      rows: {
        built: built.get(event)?.counts() ?? none,
        prices: traded?.tally.counts() ?? none,
        observations: reports.get(day)?.counts() ?? none,
      },
      faults: faults.filter((fault) => fault.event === event).length,
    }
  })
  const rows = {
    built: sumOf([...audited.map((event) => event.rows.built), strays.counts()]),
    prices: sumOf(audited.map((event) => event.rows.prices)),
    observations: sumOf([...reports.values()].map((own) => own.counts())),
  }
  const refused = audited.filter(({ status }) => status === 'refused')
  const closeCount = (isIt: (off: number | null) => boolean) =>
    audited.filter(({ status, close }) => status === 'judged' && isIt(close.minutes_off)).length
  const counts = {
    events: audited.length,
    judged: audited.length - refused.length,
    refused: refused.length,
    built_rows_refused: refused.reduce((sum, event) => sum + event.rows.built.rows, 0),
    close_agrees: closeCount((off) => off === 0),
    close_differs: closeCount((off) => off !== null && off !== 0),
    close_unknown: closeCount((off) => off === null),
  }
  return {
    city: city.id,
    bracket: dataset?.bracket ?? null,
    origin: originOf([...markets, ...observations]),
    verdict: timeVerdict({ rows, counts, faults, dataset: dataset !== null }),
    zone: city.zone,
    standard_offset: standardOffset,
    span: { from: formatDay(fromDay), to: formatDay(toDay) },
    price_source: priceSource,
    station,
    rows,
    counts,
    dst_days: audited.flatMap(({ event, event_day, rows: own }) => {
      const { day } = markets.find(({ event_ticker }) => event_ticker === event)!
      const { clock, change } = clockOfDay(day, civil, standardOffset)
      if (!change || (clock !== 'springs-forward' && clock !== 'falls-back')) return []
      return [
        {
          event_day,
          clock,
          at: formatInstant(minuteToMs(change.minute)),
          offset_before: change.before,
          offset_after: change.after,
          rows: own.built.own_day + own.prices.own_day + own.observations.own_day,
        },
      ]
    }),
    close_differences: audited.flatMap(({ event, event_day, close: { minutes_off } }) =>
      minutes_off === null || minutes_off === 0 ? [] : [{ event, event_day, minutes_off }],
    ),
    faults,
    events: audited,
  }
}
