import { type City, regimeOn } from 'kwx/cities'
import type { MarketRow, Settlement } from 'kwx/database'
import { ladderFault, yesDegrees } from 'kwx/market'
import { climateDayEnd, formatDay, formatInstant, minuteToMs } from 'kwx/time'

import { usedSettlement } from '../used-settlement.ts'
import type { LabelEvent, LabelFinding, LabelFindingKind } from './label-audit.ts'
import { flippedBy, type MarketLabel, marketLabel } from './market-labels.ts'

/** Sources of maxima that may settle a market under a regime; anything else is a proxy. Simulated days settle themselves. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'nws-cli': ['nws-cli', 'archive'],
  'weather-company': ['weather-company'],
}

export interface AuditedEvent {
  readonly event: LabelEvent
  readonly findings: readonly LabelFinding[]
  readonly labels: readonly MarketLabel[]
}

/** Everything that is said about the outcome of one event, and where it does not agree. */
export function auditEvent(
  markets: readonly MarketRow[],
  issuances: readonly Settlement[],
  city: City,
  nowMs: number,
): AuditedEvent {
  const { event_ticker: event, day } = markets[0]!
  const event_day = formatDay(day)
  const findings: LabelFinding[] = []
  const find = (kind: LabelFindingKind, sentence: string, concerned: readonly string[] = []) =>
    findings.push({ kind, event, event_day, markets: concerned, sentence })

  const regime = regimeOn(city.regimes.settlement, day)
  const used = usedSettlement(issuances)
  const allowed = regime ? [...(SOURCES[regime.source] ?? [regime.source]), 'simulated'] : []
  const official = used && allowed.includes(used.source) ? used.tmax_f : null
  const labels = regime ? markets.map((market) => marketLabel(market, official)) : []
  const value = settledValue(markets, find)

  if (!regime) find('regime-unknown', `No settlement regime of ${city.id} is known for ${event_day}; it is refused.`)
  const marked = issuances.find((row) => row.used) ?? null
  if (marked !== used) {
    const named = (row: Settlement | null) => (row ? `${row.kind} ${row.product_id}` : 'none')
    find('used-mark-wrong', `The database uses ${named(marked)} of ${event_day}, the rule ${named(used)}.`)
  }
  if (regime && used && !allowed.includes(used.source)) {
    find('source-not-of-regime', `${event_day} has a maximum of ${used.source}; ${regime.source} settles it.`)
  }
  for (const { market, label, result, byValue } of labels) {
    if (result !== null && byValue !== null && result !== byValue) {
      const said = result === 1 ? 'yes' : 'no'
      find('result-contradicts-value', `${market} was settled ${said} against the exchange's own value ${value}.`, [
        market,
      ])
    }
    if (label !== null && byValue !== null && label !== byValue) {
      const is = label === 1 ? 'YES' : 'NO'
      find('label-contradicts-exchange', `${market} is labelled ${is}; the exchange's value ${value} says otherwise.`, [
        market,
      ])
    }
  }
  countWinners(markets, find)
  const firstFinal = usedSettlement(issuances.filter(({ kind }) => kind === 'final'))?.tmax_f ?? null
  const archive = usedSettlement(issuances.filter(({ kind }) => kind === 'archive'))?.tmax_f ?? null
  const crossChecks = crossChecksOf(issuances)
  const correction =
    issuances.filter(({ kind, tmax_f }) => kind === 'correction' && tmax_f !== null).at(-1)?.tmax_f ?? null
  const others = [
    ['first-final-differs', 'first final report', firstFinal],
    ['archive-differs', 'archive', archive],
    ...Object.entries(crossChecks).map(([source, tmax]) => ['cross-check-differs', source, tmax] as const),
    ['correction-differs', 'last correction', correction],
  ] as const
  for (const [kind, name, tmax] of others) {
    if (tmax === null) continue
    const flips = flippedBy(markets, tmax)
    if (flips.length === 0 && (value === null || value === tmax)) continue
    const paid = value === null ? 'the exchange paid otherwise' : `the exchange paid ${value}`
    const effect = flips.length === 0 ? 'no result flips' : `${flips.join(' and ')} would flip`
    find(kind, `${event_day}: ${paid}, the ${name} says ${tmax}; ${effect}.`, flips)
  }
  const missing = labels.filter(({ label, result }) => label === null && result === null).map(({ market }) => market)
  const open = minuteToMs(climateDayEnd(day, city.standardOffset)) > nowMs
  if (missing.length > 0 && !open) {
    find(
      'settlement-missing',
      `${missing.length} markets of ${event_day} have neither result nor official maximum.`,
      missing,
    )
  }
  return {
    labels,
    findings,
    event: {
      event,
      event_day,
      status: !regime ? 'refused' : missing.length === 0 ? 'settled' : open ? 'open' : 'missing',
      regime: regime ? `${regime.source}, ${regime.snapshot}` : null,
      winners: markets.filter(({ result }) => result === 'yes').map(paysOf),
      exchange_value: value,
      first_final: firstFinal,
      archive,
      cross_checks: crossChecks,
      paid_by: paidBy(markets, used, value),
      issuances: issuances.map(({ source, product_id, kind, issued_ms, tmax_f, ...row }) => ({
        source,
        product: product_id,
        kind,
        issued_at: issued_ms === null ? null : formatInstant(issued_ms),
        tmax_f,
        used: row.used,
      })),
      labels: countLabels(markets.length, labels, missing.length),
    },
  }
}

/** What each cross-check says, by its name; the newest where it has said several things. */
function crossChecksOf(issuances: readonly Settlement[]): Record<string, number> {
  const said = issuances.filter(({ kind, tmax_f }) => kind === 'cross-check' && tmax_f !== null)
  return Object.fromEntries(said.map(({ source, tmax_f }) => [source, tmax_f!]))
}

type Find = (kind: LabelFindingKind, sentence: string, markets?: readonly string[]) => void

/** The settlement value of the event's markets: theirs is one temperature. */
function settledValue(markets: readonly MarketRow[], find: Find): number | null {
  const values = new Set(
    markets.flatMap(({ expiration_value }) => (expiration_value === null ? [] : [expiration_value])),
  )
  const [value = null] = values
  if (values.size > 1) find('value-unclear', `The markets carry the values ${[...values].join(' and ')}.`)
  else if (value !== null && !Number.isInteger(value)) find('value-unclear', `The value ${value} is not whole degrees.`)
  return value
}

/** A whole ladder pays one market; a part of one may pay none. */
function countWinners(markets: readonly MarketRow[], find: Find): void {
  if (markets.some(({ result }) => result === null)) return
  const winners = markets.filter(({ result }) => result === 'yes').map(({ ticker }) => ticker)
  if (winners.length === 1 || (winners.length === 0 && !isWhole(markets))) return
  find('winners-not-one', `${winners.length} of ${markets.length} markets settled YES; expected one.`, winners)
}

function isWhole(markets: readonly MarketRow[]): boolean {
  try {
    return ladderFault(markets) === null
  } catch {
    return false // a strike is missing
  }
}

function paysOf(market: MarketRow) {
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  try {
    const { low, high } = yesDegrees(market)
    return { market: market.ticker, low: finite(low), high: finite(high) }
  } catch {
    return { market: market.ticker, low: null, high: null }
  }
}

function paidBy(markets: readonly MarketRow[], used: Settlement | null, value: number | null): string | null {
  if (!used || used.tmax_f === null) return null
  const agrees = value === null ? flippedBy(markets, used.tmax_f).length === 0 : used.tmax_f === value
  return agrees ? `${used.source} ${used.product_id}` : null
}

function countLabels(markets: number, labels: readonly MarketLabel[], missing: number): LabelEvent['labels'] {
  const count = (source: MarketLabel['source']) => labels.filter((one) => one.source === source).length
  const [exchange, derived] = [count('exchange'), count('derived')]
  return { markets, exchange, derived, quarantined: markets - exchange - derived - missing, missing }
}
