import type { Database, Observation } from 'kwx/database'

/** Reports of one source of a station that are stored, from a time on. */
export const storedReports = (
  db: Database,
  { station, source, fromMs }: { station: string; source: string; fromMs: number },
): Promise<Pick<Observation, 'valid_ms' | 'report_type'>[]> =>
  db
    .selectFrom('observations')
    .select(['valid_ms', 'report_type'])
    .where('station', '=', station)
    .where('source', '=', source)
    .where('valid_ms', '>=', fromMs)
    .execute()
