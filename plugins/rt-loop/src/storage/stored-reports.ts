import type { Observation } from 'kwx/database'
import { bigint, statement, text } from 'kwx/database'

/** Reports of one source (`$2`) of a station (`$1`) that are stored, from a time (`$3`) on. */
export const storedReports = statement({
  text: 'select valid_ms, report_type from observations where station = $1 and source = $2 and valid_ms >= $3',
  columns: { valid_ms: bigint(), report_type: text<Observation['report_type']>() },
})
