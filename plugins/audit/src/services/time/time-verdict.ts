import type { ReportVerdict, TimeAuditFile } from 'kwx/contracts'

type Judged = Pick<TimeAuditFile, 'rows' | 'counts' | 'faults'> & { readonly dataset: boolean }

/** A fault fails; rows of a date without a close rule, or no rows at all, are no evidence. */
export function timeVerdict({ rows, counts, faults, dataset }: Judged): ReportVerdict {
  if (faults.length > 0) {
    const { sentence } = faults[0]!
    const more = faults.length === 1 ? '' : ` And ${faults.length - 1} more.`
    return { outcome: 'fail', sentence: `${sentence}${more}` }
  }
  const judged = dataset ? rows.built : rows.prices
  const what = dataset ? 'built rows' : 'price rows'
  const refused = counts.refused === 0 ? '' : ` ${counts.refused} events are refused: no close rule is known for them.`
  const outcome =
    counts.judged === 0 || judged.rows === 0 || counts.built_rows_refused > 0 ? 'not-enough-evidence' : 'pass'
  const { civil_midnight, utc, before_6am } = judged.would_change
  const life = dataset
    ? "lie within their market's life by local standard time"
    : 'are of the day that their event says'
  const others = `civil midnight would move ${civil_midnight} to another day, UTC ${utc}, the 6 a.m. rule ${before_6am}`
  return { outcome, sentence: `${judged.rows} ${what} of ${counts.judged} events ${life}; ${others}.${refused}` }
}
