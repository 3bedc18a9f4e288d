import type { Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { Bracket, ProductionConfig } from 'kwx/config'
import type { DayMembership, LabelsFile, TimeAuditEvent, TimeAuditFile } from 'kwx/contracts'
import { type Database, type MarketRow, readMarkets, readObservations, readSettlements } from 'kwx/database'
import { civilOf, knownMsOf } from 'kwx/features'
import {
  type CivilTime,
  climateDayAtMs,
  climateDayEnd,
  climateDayStart,
  formatDay,
  formatInstant,
  MS_PER_MINUTE,
  minuteToMs,
} from 'kwx/time'

import { priceSourceOf, type Span, stationOf } from '../../storage/loaded-rows.ts'
import { loadedSpan, nothingLoaded, originOf } from '../scope.ts'
import { checkDate, closeClock, timeFaults } from './audit-event-time.ts'
import { tallyBuilt } from './built-rows.ts'
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
  const priceSource = dataset?.priceSource ?? (await priceSourceOf(db, markets))
  const station = dataset?.station ?? (await stationOf(db, city))
  const settlements = await readSettlements(db, { city: city.id, fromDay, toDay })
  const observations = await readObservations(db, {
    station,
    fromMs: minuteToMs(climateDayStart(fromDay, standardOffset)),
    toMs: minuteToMs(climateDayEnd(toDay, standardOffset)),
  })
  const civil = civilOf(city, fromDay, toDay)
  const tally = () => new DayTally(civil, standardOffset)
  const { faults, find } = timeFaults()

  const reports = tallyReports(observations, standardOffset, tally)
  const prices = await tallyPrices({ db, markets, priceSource, tally, signal })
  const rules = rulesOf(city, fromDay, toDay)
  const events = [...Map.groupBy(markets, ({ event_ticker }) => event_ticker).values()]
  const closes = new Map(events.map((event) => [event[0]!.event_ticker, closeClock(event, city, rules, find)]))
  const isRefused = ({ event_ticker }: MarketRow) => closes.get(event_ticker)!.rule === null
  const settledMs = new Map(
    settlements.filter(({ used }) => used).map((row) => [row.day, knownMsOf(row, standardOffset)]),
  )
  const built = tallyBuilt(dataset, { markets, standardOffset, settledMs, isRefused, tally, find })

  const none = tally().counts()
  const audited = events.map(([market]): TimeAuditEvent => {
    const { event_ticker: event, day } = market!
    const close = closes.get(event)!
    const traded = prices.get(event)
    if (close.rule !== null && traded) checkDate(market!, traded.tally.counts(), traded.tradable, find)
    return {
      event,
      event_day: formatDay(day),
      status: close.rule === null ? 'refused' : 'judged',
      starts: formatInstant(minuteToMs(climateDayStart(day, standardOffset))),
      ends: formatInstant(minuteToMs(climateDayEnd(day, standardOffset))),
      clock: clockOfDay(day, civil, standardOffset).clock,
      close,
      rows: {
        built: built.events.get(event)?.counts() ?? none,
        prices: traded?.tally.counts() ?? none,
        observations: reports.get(day)?.counts() ?? none,
      },
      faults: faults.filter((fault) => fault.event === event).length,
    }
  })
  const rows = {
    built: sumOf([...audited.map((event) => event.rows.built), built.strays.counts()]),
    prices: sumOf(audited.map((event) => event.rows.prices)),
    observations: sumOf([...reports.values()].map((own) => own.counts())),
  }
  const counts = countEvents(audited)
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
    dst_days: events.flatMap(([market], e) => changeOf(market!.day, civil, standardOffset, audited[e]!.rows)),
    close_differences: audited.flatMap(({ event, event_day, close: { minutes_off } }) =>
      minutes_off === null || minutes_off === 0 ? [] : [{ event, event_day, minutes_off }],
    ),
    faults,
    events: audited,
  }
}

/** Reports by climate day. */
function tallyReports(
  observations: readonly { readonly valid_ms: number }[],
  standardOffset: number,
  tally: () => DayTally,
): Map<number, DayTally> {
  const reports = new Map<number, DayTally>()
  for (const { valid_ms } of observations) {
    const day = climateDayAtMs(valid_ms, standardOffset)
    const own = reports.get(day) ?? tally()
    reports.set(day, own)
    own.add(Math.floor(valid_ms / MS_PER_MINUTE), day)
  }
  return reports
}

/** Reads each close rule once. */
function rulesOf(city: City, fromDay: number, toDay: number): (text: string) => CloseRule | null {
  const known = new Map<string, CloseRule | null>()
  return (text) => {
    const rule = known.has(text) ? known.get(text)! : closeRule(text, city, [fromDay, toDay])
    known.set(text, rule)
    return rule
  }
}

function countEvents(audited: readonly TimeAuditEvent[]): TimeAuditFile['counts'] {
  const judged = audited.filter(({ status }) => status === 'judged')
  const refused = audited.filter(({ status }) => status === 'refused')
  const closes = (isIt: (off: number | null) => boolean) => judged.filter(({ close }) => isIt(close.minutes_off)).length
  return {
    events: audited.length,
    judged: judged.length,
    refused: refused.length,
    built_rows_refused: refused.reduce((sum, { rows }) => sum + rows.built.rows, 0),
    close_agrees: closes((off) => off === 0),
    close_differs: closes((off) => off !== null && off !== 0),
    close_unknown: closes((off) => off === null),
  }
}

/** The change of the wall clock on a day that has one. */
function changeOf(
  day: number,
  civil: CivilTime,
  standardOffset: number,
  rows: Readonly<Record<string, DayMembership>>,
): TimeAuditFile['dst_days'] {
  const { clock, change } = clockOfDay(day, civil, standardOffset)
  if (!change || (clock !== 'springs-forward' && clock !== 'falls-back')) return []
  return [
    {
      event_day: formatDay(day),
      clock,
      at: formatInstant(minuteToMs(change.minute)),
      offset_before: change.before,
      offset_after: change.after,
      rows: Object.values(rows).reduce((sum, { own_day }) => sum + own_day, 0),
    },
  ]
}
