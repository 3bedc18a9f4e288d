import { spansOf } from './coverage.ts'
import type { IngestReport } from './options.ts'

/** What one ingest did, in one sentence. */
export const sentenceOf = ({ kind, source, days, complete, fetched, rows, incomplete }: IngestReport): string =>
  fetched === 0
    ? `${named(kind, source)}: all ${days} days were complete`
    : `${named(kind, source)}: ${rows} rows of ${fetched} days` +
      (complete > 0 ? `, ${complete} days were complete` : '') +
      (incomplete.length > 0 ? `, ${new Set(incomplete.map(({ day }) => day)).size} days are incomplete` : '')

/** A kind that several sources can give says which one did. */
const named = (kind: IngestReport['kind'], source: string): string => (kind === source ? kind : `${kind} (${source})`)

/** The sentence of each ingest, and under it one line per reason, with its days. */
export function reportLines(reports: readonly IngestReport[]): string[] {
  return reports.flatMap((report) => [sentenceOf(report), ...faultLines(report).map((line) => `  ${line}`)])
}

export function faultLines({ incomplete, warnings = [] }: IngestReport): string[] {
  const byReason = Map.groupBy(incomplete, ({ kind, reason }) => `${kind} incomplete: ${reason}`)
  return [...warnings, ...[...byReason].map(([reason, of]) => `${reason} (${spansOf(of.map(({ day }) => day))})`)]
}
