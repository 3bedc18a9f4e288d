import type { Database } from 'kwx/database'
import { statement } from 'kwx/database'
import type { Selectable } from 'kysely'
import type { DatasetTables, FeeChangesTable } from './tables.ts'

type FeeChangeRow = Selectable<FeeChangesTable>

/** Keeps what the exchange says of a series' fees; a change that is there takes the new values. */
export async function saveFeeChanges(db: Database, rows: readonly FeeChangeRow[]): Promise<void> {
  if (rows.length === 0) return
  await upsertFeeChanges.run(db, [JSON.stringify(rows)])
}

export const upsertFeeChanges = statement({
  text: `
     insert into fee_changes (series_ticker, scheduled_ms, fee_type, fee_multiplier, seen_ms)
     select series_ticker, scheduled_ms, fee_type, fee_multiplier, seen_ms
     from jsonb_to_recordset($1::jsonb) as given (series_ticker text, scheduled_ms bigint, fee_type text,
       fee_multiplier double precision, seen_ms bigint)
     on conflict (series_ticker, scheduled_ms) do update set fee_type = excluded.fee_type,
       fee_multiplier = excluded.fee_multiplier, seen_ms = excluded.seen_ms`,
})

/** Changes of the fees of some series, in order of time. */
export const readFeeChanges = (db: Database, series: readonly string[]): Promise<FeeChangeRow[]> =>
  db
    .withTables<DatasetTables>()
    .selectFrom('fee_changes')
    .selectAll()
    .where('series_ticker', 'in', [...series])
    .orderBy('scheduled_ms')
    .orderBy('series_ticker')
    .execute()
