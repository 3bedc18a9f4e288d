import { type City, regimeOn } from 'kwx/cities'
import type { CloseClock, DayMembership, TimeFault, TimeFaultKind } from 'kwx/contracts'
import type { MarketRow } from 'kwx/database'
import { eventDayOfTicker } from 'kwx/market'
import { formatDay, formatInstant, minuteToMs } from 'kwx/time'

import type { CloseRule } from './close-rule.ts'

/**
 * Minutes. The exchange's own close stands, and it has closed an hour off its rule on a day when the clock fell back; a
 * difference is reported. Further off than this it is the close of another day.
 */
const MOST_OFF = 360
/** Price rows; with fewer the days they lie on say nothing about the event's date. */
const LEAST_ROWS = 10

/** What a fault of an event is told to. */
export type FindTime = (kind: TimeFaultKind, event: string, rows: number, sentence: string) => void

/** Collects faults. */
export function timeFaults(): { faults: TimeFault[]; find: FindTime } {
  const faults: TimeFault[] = []
  return { faults, find: (kind, event, rows, sentence) => faults.push({ kind, event, rows, sentence }) }
}

/**
 * The event's stored close against the close of its date's rule.
 *
 * @param rules  by the text of the rule; null for one that is not understood
 * @returns `rule` is null where none is known: the event is refused
 */
export function closeClock(
  markets: readonly MarketRow[],
  city: City,
  rules: (text: string) => CloseRule | null,
  find: FindTime,
): CloseClock {
  const { event_ticker: event, day } = markets[0]!
  const stored = [...new Set(markets.flatMap(({ close_ms }) => (close_ms === null ? [] : [close_ms])))].sort()
  const at = stored.at(-1) ?? null
  const fact = regimeOn(city.regimes.close, day)
  const rule = fact && rules(fact.rule)
  const asText = (ms: number | null) => (ms === null ? null : formatInstant(ms))
  if (!fact || !rule) return { rule: null, expected: null, stored: asText(at), minutes_off: null }
  const expected = minuteToMs(rule(day))
  const off = at === null ? null : (at - expected) / 60_000
  if (stored.length > 1) {
    const times = stored.map((ms) => formatInstant(ms)).join(' and ')
    find('close-differs-within-event', event, 1, `Markets of ${event} close at ${times}.`)
  }
  if (off !== null && Math.abs(off) > MOST_OFF) {
    const sentence = `${event} closes at ${asText(at)}; "${fact.rule}" on ${formatDay(day)} is ${asText(expected)}.`
    find('close-off', event, 1, sentence)
  }
  return { rule: fact.rule, expected: asText(expected), stored: asText(at), minutes_off: off }
}

/**
 * Whether the event is of another day than it says: by its ticker, or because most of its trading lies on days on which
 * its ladder cannot trade.
 *
 * @param tradable  price rows on the event's own climate day and the day before
 */
export function checkDate(market: MarketRow, prices: DayMembership, tradable: number, find: FindTime): void {
  const { event_ticker: event, day } = market
  const named = eventDayOfTicker(event)
  if (named !== null && named !== day) {
    find('event-misdated', event, 1, `${event} is stored as ${formatDay(day)}; its ticker names ${formatDay(named)}.`)
  } else if (prices.rows >= LEAST_ROWS && tradable < prices.rows / 2) {
    const sentence = `${prices.rows - tradable} of ${prices.rows} price rows of ${event} lie neither on ${formatDay(day)} nor on the day before.`
    find('event-misdated', event, 1, sentence)
  }
}
