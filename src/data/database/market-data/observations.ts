import type { Observation } from '../../../domain/features/observation.ts'
import { bulkLoad } from '../bulk/bulk-load.ts'
import type { BulkColumn } from '../bulk/copy.ts'
import { bigint, boolean, double, nullable, statement, text } from '../connection/statement.ts'
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
  return observationsOfStation.rows(db, [station, fromMs, toMs, knownSinceMs ?? null])
}

// One text whether a moment is given or not: the loop asks it each minute, and a text that was asked before is prepared.
export const observationsOfStation = statement({
  text: `
    select * from observations
    where station = $1 and valid_ms >= $2 and valid_ms < $3 and ($4::bigint is null or known_ms >= $4)
    order by valid_ms, report_type, source`,
  columns: {
    station: text(),
    source: text(),
    valid_ms: bigint(),
    report_type: text<Observation['report_type']>(),
    known_ms: bigint(),
    temp_f: nullable(double()),
    dew_f: nullable(double()),
    humidity_pct: nullable(double()),
    wind_mph: nullable(double()),
    forward_filled: boolean(),
    origin: text<Observation['origin']>(),
  },
})
