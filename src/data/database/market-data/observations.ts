import type { Observation } from '../../../domain/features/observation.ts'
import type { BulkColumn } from '../bulk/bulk-columns.ts'
import { bulkLoad } from '../bulk/bulk-load.ts'
import type { Database } from '../database.ts'

/** One reading of a station; null where it is missing. */
export type ObservationInput = Observation

const TEXTS = ['station', 'source', 'report_type', 'origin'] as const
const INSTANTS = ['valid_ms', 'known_ms'] as const
const READINGS = ['temp_f', 'dew_f', 'humidity_pct', 'wind_mph'] as const

/** Writes readings; one that is there (same station, source, time and report type) takes the new values. */
export function saveObservations(db: Database, rows: readonly ObservationInput[]): Promise<{ rows: number }> {
  const columns: BulkColumn[] = [
    ...TEXTS.map((name): BulkColumn => ({ name, type: 'text', values: rows.map((row) => row[name]) })),
    ...INSTANTS.map((name): BulkColumn => ({ name, type: 'int8', values: rows.map((row) => row[name]) })),
    ...READINGS.map(
      (name): BulkColumn => ({ name, type: 'float8', values: rows.map((row) => row[name] ?? Number.NaN) }),
    ),
    { name: 'forward_filled', type: 'bool', values: rows.map((row) => Number(row.forward_filled)) },
  ]
  return bulkLoad(
    db,
    { table: 'observations', keys: ['station', 'source', 'valid_ms', 'report_type'], rangeKey: 'valid_ms', columns },
    rows.length,
  )
}

/**
 * Readings of one station, oldest first; at one instant a routine report comes before a special one.
 *
 * @param fromMs  inclusive, of the time the reading is about; `toMs` is exclusive. All sources together.
 * @param knownSinceMs  only readings that became known then or later; absent: all
 */
export function readObservations(
  db: Database,
  {
    station,
    fromMs,
    toMs,
    knownSinceMs,
  }: { station: string; fromMs: number; toMs: number; knownSinceMs?: number | undefined },
): Promise<Observation[]> {
  let query = db
    .selectFrom('observations')
    .selectAll()
    .where('station', '=', station)
    .where('valid_ms', '>=', fromMs)
    .where('valid_ms', '<', toMs)
  if (knownSinceMs !== undefined) query = query.where('known_ms', '>=', knownSinceMs)
  return query.orderBy('valid_ms').orderBy('report_type').orderBy('source').execute()
}
