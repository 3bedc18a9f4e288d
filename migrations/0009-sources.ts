import { type Kysely, sql } from 'kysely'

// Maxima that are only held against the others have a kind of their own, so that no list of names decides who may pay.
// Receipts measure how late a source is. Fee changes are what the exchange says, to be held against the manifests.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table settlements drop constraint settlements_kind_check`.execute(db)
  await sql`alter table settlements add constraint settlements_kind_check
    check (kind in ('preliminary', 'final', 'correction', 'archive', 'cross-check'))`.execute(db)
  await sql`update settlements set kind = 'cross-check' where source = 'ncei'`.execute(db)
  await sql`
    create table report_receipts (
      station text not null,
      source text not null,
      valid_ms bigint not null,
      report_type text not null check (report_type in ('routine', 'special', 'minute')),
      received_ms bigint not null,
      absent_ms bigint,
      primary key (station, source, valid_ms, report_type)
    )`.execute(db)
  await sql`
    create table fee_changes (
      series_ticker text not null,
      scheduled_ms bigint not null,
      fee_type text not null,
      fee_multiplier double precision not null,
      seen_ms bigint not null,
      primary key (series_ticker, scheduled_ms)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table fee_changes, report_receipts`.execute(db)
  await sql`update settlements set kind = 'archive' where kind = 'cross-check'`.execute(db)
  await sql`alter table settlements drop constraint settlements_kind_check`.execute(db)
  await sql`alter table settlements add constraint settlements_kind_check
    check (kind in ('preliminary', 'final', 'correction', 'archive'))`.execute(db)
}
