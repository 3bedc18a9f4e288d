import { type Kysely, sql } from 'kysely'

// A print or candle that came after the loop had worked through its minute. The row itself goes where all rows go; this
// table says up to which minute the loop did without it, so that what was known at a minute can be told again.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rt_late_rows (
      late_id bigint generated always as identity primary key,
      market_id integer not null,
      kind text not null check (kind in ('print', 'candle')),
      at_ms bigint not null,
      after_minute integer not null,
      came jsonb not null,
      was jsonb,
      received_ms bigint not null
    )`.execute(db)
  await sql`create index rt_late_rows_market on rt_late_rows (market_id, after_minute)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table rt_late_rows`.execute(db)
}
