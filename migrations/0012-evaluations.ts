import { type Kysely, sql } from 'kysely'

// Which configurations were judged on which event days. The table only grows: what was tried cannot be forgotten. A
// configuration is judged on a set of days once; doing the same again is the same row.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table evaluations (
      evaluation_id bigint generated always as identity primary key,
      city text not null,
      bracket text not null check (bracket in ('between', 'greater', 'less')),
      configuration text not null,
      days integer[] not null check (cardinality(days) > 0),
      days_hash text not null,
      first_seen_ms bigint not null,
      unique (city, bracket, configuration, days_hash)
    )`.execute(db)
  await sql`
    create trigger evaluations_only_grows before update or delete or truncate on evaluations
    for each statement execute function refuse_change()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table evaluations`.execute(db)
}
