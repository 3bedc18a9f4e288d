import { type Kysely, sql } from 'kysely'

// What production may use, since when and why. Both tables only ever grow: a wrong entry is answered by a later one, so
// that "what was live then" has one answer for ever. `sequence` counts the changes of one city, bracket and role: two
// processes that change the same one at once both claim the next number, and one of them is refused.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table models (
      version text not null,
      wf_window text not null,
      model_id text not null,
      pilot text not null,
      name text not null,
      city text not null,
      bracket text not null check (bracket in ('between', 'greater', 'less')),
      feature_set text not null,
      feature_set_version text not null,
      first_training_day integer not null,
      last_seen_day integer not null,
      first_test_day integer not null,
      last_test_day integer not null,
      features text not null,
      labels text not null,
      parameters text not null,
      origin text not null check (origin in ('real', 'replay', 'simulated')),
      kwx_version text not null,
      primary key (version, wf_window)
    )`.execute(db)
  await sql`create index models_model_id on models (model_id)`.execute(db)
  await sql`
    create table promotions (
      promotion_id bigint generated always as identity primary key,
      city text not null,
      bracket text not null check (bracket in ('between', 'greater', 'less')),
      role text not null check (role in ('champion', 'challenger')),
      sequence integer not null check (sequence > 0),
      at_ms bigint not null,
      action text not null check (action in ('promote', 'rollback', 'withdraw')),
      version text,
      from_version text,
      returns_to bigint references promotions (promotion_id),
      pilot text,
      report text,
      joint text,
      verdict text,
      origin text check (origin in ('real', 'replay', 'simulated')),
      overridden jsonb not null,
      reason text,
      kwx_version text not null,
      unique (city, bracket, role, sequence),
      check ((action = 'withdraw') = (version is null)),
      check ((version is null) = (pilot is null)),
      check ((action = 'rollback') = (returns_to is not null))
    )`.execute(db)
  await sql`create index promotions_at on promotions (city, bracket, role, at_ms)`.execute(db)
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the table % only grows: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
    end $$`.execute(db)
  for (const table of ['models', 'promotions']) {
    await sql`
      create trigger ${sql.id(`${table}_only_grows`)} before update or delete or truncate on ${sql.id(table)}
      for each statement execute function refuse_change()`.execute(db)
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table promotions, models`.execute(db)
  await sql`drop function refuse_change()`.execute(db)
}
