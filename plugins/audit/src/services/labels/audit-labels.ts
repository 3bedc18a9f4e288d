import type { City } from 'kwx/cities'
import type { LabelsFile, ReportVerdict } from 'kwx/contracts'
import { type Database, type MarketRow, readMarkets, readSettlements } from 'kwx/database'
import { bracketOf } from 'kwx/features'
import { formatDay } from 'kwx/time'

import type { Span } from '../../storage/loaded-rows.ts'
import { loadedSpan, nothingLoaded, originOf } from '../scope.ts'
import { type AuditedEvent, auditEvent } from './audit-event.ts'
import type { LabelAudit, LabelEvent, LabelFinding, LabelFindingKind } from './label-audit.ts'

interface LabelAuditOptions {
  readonly db: Database
  readonly city: City
  readonly span: Partial<Span>
  readonly nowMs: number
  /** The sealed labels of a dataset, to be held against the exchange; null audits what the database alone says. */
  readonly sealed: LabelsFile | null
}

/**
 * Reads every issuance and every result of a city and says who agrees with whom.
 *
 * @throws KwxError AUDIT_EMPTY (exit 5), AUDIT_MIXED_ORIGINS (exit 1)
 */
export async function auditLabels({ db, city, span, nowMs, sealed }: LabelAuditOptions): Promise<LabelAudit> {
  const { fromDay, toDay } = await loadedSpan(db, city, span)
  const all = await readMarkets(db, { city: city.id, fromDay, toDay })
  if (all.length === 0) throw nothingLoaded(city.id, { fromDay, toDay })
  const settlements = await readSettlements(db, { city: city.id, fromDay, toDay })
  const issuances = Map.groupBy(settlements, ({ day }) => day)
  const audited = [...Map.groupBy(all, ({ event_ticker }) => event_ticker).values()].map((markets) =>
    auditEvent(markets, issuances.get(markets[0]!.day) ?? [], city, nowMs),
  )
  const findings = [...audited.flatMap((one) => one.findings), ...(sealed ? sealedFindings(all, sealed, audited) : [])]
  const events = audited.map(({ event }) => event)
  const status = (name: LabelEvent['status']) => events.filter((event) => event.status === name).length
  return {
    city: city.id,
    bracket: sealed?.bracket ?? null,
    origin: originOf([...all, ...settlements.filter(({ used }) => used)]),
    verdict: verdictOf(events, findings),
    span: { from: formatDay(fromDay), to: formatDay(toDay) },
    counts: {
      events: events.length,
      settled: status('settled'),
      open: status('open'),
      missing: status('missing'),
      refused: status('refused'),
      issuances: settlements.length,
      labels: sumLabels(events),
      findings: countKinds(findings),
    },
    findings,
    events,
  }
}

/** Sealed labels that are not what the exchange says, or that should have been quarantined. */
function sealedFindings(
  markets: readonly MarketRow[],
  { labels, bracket }: LabelsFile,
  audited: readonly AuditedEvent[],
): LabelFinding[] {
  const known = new Map(audited.flatMap((one) => one.labels.map((label) => [label.market, label] as const)))
  const rows = new Map(markets.filter((row) => bracketOf(row.strike_type) === bracket).map((row) => [row.ticker, row]))
  return labels.flatMap((label) => {
    const ours = known.get(label.market)
    const market = rows.get(label.market)
    if (label.label === null || !ours || !market) return []
    const says = ours.result ?? ours.byValue
    if ((says === null || says === label.label) && (ours.label !== null || says === null)) return []
    const reason =
      says === label.label ? 'the exchange contradicts itself' : `the exchange says ${says === 1 ? 'YES' : 'NO'}`
    return [
      {
        kind: 'label-contradicts-exchange' as const,
        event: market.event_ticker,
        event_day: formatDay(market.day),
        markets: [label.market],
        sentence: `The dataset labels ${label.market} ${label.label === 1 ? 'YES' : 'NO'}; ${reason}.`,
      },
    ]
  })
}

function verdictOf(events: readonly LabelEvent[], findings: readonly LabelFinding[]): ReportVerdict {
  const wrong = findings.filter(({ kind }) => kind === 'label-contradicts-exchange')
  if (wrong.length > 0) {
    const sentence = `${wrong.length} labels contradict the exchange; the first: ${wrong[0]!.sentence}`
    return { outcome: 'fail', sentence }
  }
  const settled = events.filter(({ status }) => status === 'settled').length
  if (settled === 0) return { outcome: 'not-enough-evidence', sentence: `None of ${events.length} events is settled.` }
  const days = new Set(findings.map(({ event }) => event)).size
  return {
    outcome: 'pass',
    sentence: `No label of ${settled} settled events contradicts the exchange; ${days} events have something to report.`,
  }
}

function sumLabels(events: readonly LabelEvent[]): LabelEvent['labels'] {
  const sum = { markets: 0, exchange: 0, derived: 0, quarantined: 0, missing: 0 }
  for (const { labels } of events) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += labels[key]
  }
  return sum
}

function countKinds(findings: readonly LabelFinding[]): Partial<Record<LabelFindingKind, number>> {
  const counts: Partial<Record<LabelFindingKind, number>> = {}
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
