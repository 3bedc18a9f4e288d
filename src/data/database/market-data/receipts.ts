import type { Selectable } from 'kysely'
import { double, integer, type RowOf, statement, text } from '../connection/statement.ts'
import type { Database } from '../database.ts'
import type { ReportReceiptsTable } from '../schema.ts'

export type Receipt = Selectable<ReportReceiptsTable>

/** Keeps when reports were first received; what was received before stays as it is. */
export async function saveReceipts(db: Database, rows: readonly Receipt[]): Promise<void> {
  if (rows.length === 0) return
  await insertReceipts.run(db, [JSON.stringify(rows)])
}

export const insertReceipts = statement({
  text: `
     insert into report_receipts (station, source, valid_ms, report_type, received_ms, absent_ms)
     select station, source, valid_ms, report_type, received_ms, absent_ms
     from jsonb_to_recordset($1::jsonb) as given (station text, source text, valid_ms bigint, report_type text,
       received_ms bigint, absent_ms bigint)
     on conflict do nothing`,
})

/** Receipts of one source of a station with times in [fromMs, toMs). */
export const readReceipts = (
  db: Database,
  { station, source, fromMs, toMs }: { station: string; source: string; fromMs: number; toMs: number },
): Promise<Receipt[]> =>
  db
    .selectFrom('report_receipts')
    .selectAll()
    .where('station', '=', station)
    .where('source', '=', source)
    .where('valid_ms', '>=', fromMs)
    .where('valid_ms', '<', toMs)
    .orderBy('valid_ms')
    .execute()

/** A receipt measures the lag when the source had been asked so shortly before without having the report. */
const ASKED_WITHIN_MS = 3 * 60_000

/** The lag of each station and source that a loop has received reports of; the newest thousand of each count. */
export const publicationLags = (db: Database, stations: readonly string[]): Promise<PublicationLag[]> =>
  lagsByStation.rows(db, [stations, ASKED_WITHIN_MS])

export const lagsByStation = statement({
  text: `
     with measured as (
       select station, source, (received_ms - valid_ms) / 60000.0 as lag,
         row_number() over (partition by station, source order by valid_ms desc) as age
       from report_receipts where station = any($1::text[]) and received_ms - absent_ms <= $2
     )
     select station, source, count(*)::integer as receipts,
       percentile_disc(0.5) within group (order by lag)::float8 as median,
       percentile_disc(0.95) within group (order by lag)::float8 as p95, max(lag)::float8 as longest
     from measured where age <= 1000 group by station, source order by station, source`,
  columns: {
    station: text(),
    source: text(),
    /** Receipts that measure it. */
    receipts: integer(),
    median: double(),
    p95: double(),
    longest: double(),
  },
})

/** How late a source's reports of a station are, minutes from the time of a report to its receipt. */
export type PublicationLag = Readonly<RowOf<typeof lagsByStation>>
