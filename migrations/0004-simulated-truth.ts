import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table simulated_truth (
      market_id integer not null,
      end_minute integer not null,
      p double precision not null check (p between 0 and 1),
      primary key (market_id, end_minute)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table simulated_truth`.execute(db)
}
