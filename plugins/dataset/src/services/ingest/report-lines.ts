import { spansOf } from './coverage.ts'
import type { IngestReport } from './options.ts'

/** What one ingest did, in one sentence. */
export const sentenceOf = ({ kind, days, complete, fetched, rows, incomplete }: IngestReport): string =>
  fetched === 0
    ? `${kind}: all ${days} days were complete`
    : `${kind}: ${rows} rows of ${fetched} days` +
      (complete > 0 ? `, ${complete} days were complete` : '') +
      (incomplete.length > 0 ? `, ${new Set(incomplete.map(({ day }) => day)).size} days are incomplete` : '')

/** The sentence of each ingest, and under it one line per reason, with its days. */
export function reportLines(reports: readonly IngestReport[]): string[] {
  return reports.flatMap((report) => [sentenceOf(report), ...faultLines(report).map((line) => `  ${line}`)])
}

export function faultLines({ incomplete }: IngestReport): string[] {
  const byReason = Map.groupBy(incomplete, ({ kind, reason }) => `${kind} incomplete: ${reason}`)
  return [...byReason].map(([reason, of]) => `${reason} (${spansOf(of.map(({ day }) => day))})`)
}
