import { type Kysely, sql } from 'kysely'

// What the loop saw and would have done, one row for each market and minute, and one row for each minute that it worked
// through: the age of the newest is how alive it is, and the next one is where it goes on after a restart.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rt_signals (
      ts_utc timestamptz not null,
      market_ticker text not null references markets (ticker),
      city text not null,
      bracket text not null check (bracket in ('between', 'greater', 'less')),
      p_model double precision,
      p_market double precision,
      p_blend double precision,
      edge_cents double precision,
      kelly_fraction double precision,
      size_fraction double precision,
      spread_cents double precision,
      minutes_to_close integer not null,
      model_id text,
      wf_window text,
      side text check (side in ('yes', 'no')),
      stand_down text,
      candidate boolean not null,
      trace jsonb not null,
      created_at timestamptz not null,
      primary key (ts_utc, market_ticker),
      check (stand_down is not null or (p_model is not null and p_blend is not null and side is not null))
    )`.execute(db)
  await sql`create index rt_signals_city_bracket on rt_signals (city, bracket)`.execute(db)
  await sql`create index rt_signals_ts_utc on rt_signals (ts_utc)`.execute(db)
  await sql`create index rt_signals_edge_cents on rt_signals (edge_cents)`.execute(db)
  await sql`
    create table rt_minutes (
      loop text not null,
      end_minute integer not null,
      signals integer not null,
      stand_downs integer not null,
      ended_ms bigint not null,
      primary key (loop, end_minute)
    )`.execute(db)
  await sql`
    create table rt_controls (
      control_id bigint generated always as identity primary key,
      at_ms bigint not null,
      command text not null check (command in ('stop', 'pause', 'resume')),
      reason text not null
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table rt_controls, rt_minutes, rt_signals`.execute(db)
}
