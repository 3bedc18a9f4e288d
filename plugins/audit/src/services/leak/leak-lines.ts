import type { LeakAudit } from './audit-leak.ts'
import type { TrainedAudit } from './audit-trained.ts'

const thousands = (value: number): string => value.toLocaleString('en-US')

/** A leak audit as lines for a person: the verdict, what was looked at, each leak with its first example. */
export function* leakLines(audit: LeakAudit): Generator<string> {
  const { city, bracket, feature_set, price_source, span, origin, verdict, leaks } = audit
  yield `${city} ${bracket}, ${feature_set} on ${price_source}, ${span.from} to ${span.to}, ${origin} rows: ${verdict.outcome}`
  if (leaks.length === 0) yield `  ${verdict.sentence}`
  const row = (name: string, value: string) => `  ${name.padEnd(28)}${value.padStart(12)}`
  yield row('rows built', thousands(audit.rows_built))
  yield row('rows sampled', thousands(audit.rows_sampled))
  yield row('rows equal', thousands(audit.rows_equal))
  if (audit.rows_gated_by_whole_day > 0)
    yield row('  by the whole day\u2019s gate', thousands(audit.rows_gated_by_whole_day))
  yield row('rows that differ', thousands(audit.rows_differing))
  yield row('columns', `${audit.columns}${audit.columns_judged ? '' : ' (too few markets to judge them by outcomes)'}`)
  yield row('readings checked', thousands(audit.readings_checked))
  yield row('issuances checked', thousands(audit.issuances_checked))
  yield row('labels checked', thousands(audit.labels_checked))
  if (audit.trained === null) yield row('trained on it', 'nothing yet')
  else yield* trainedLines(audit.trained, row)
  for (const { kind, sentence, example } of leaks) {
    yield `  ${kind}: ${sentence}`
    yield `    for example ${Object.entries(example)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`
  }
}

function* trainedLines(trained: TrainedAudit, row: (name: string, value: string) => string): Generator<string> {
  yield row('pilot trained on it', trained.pilot.slice(0, 12))
  yield row('  windows, and of its pool', `${trained.windows}, ${trained.pool_windows ?? 'no pool'}`)
  yield row('  embargo, days', `${trained.embargo_days}`)
  yield row('  uses of a day\u2019s labels', thousands(trained.uses))
  yield row('  known late', thousands(trained.late))
  yield row('  late by an assumed time', thousands(trained.late_by_assumption))
}
