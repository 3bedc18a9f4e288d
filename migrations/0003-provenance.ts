import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table raw_payloads (
      payload_id bigint generated always as identity primary key,
      source text not null,
      url text not null,
      status smallint not null,
      received_ms bigint not null,
      sha256 text not null,
      encoding text not null check (encoding = 'gzip'),
      body bytea not null
    )`.execute(db)
  await sql`create unique index raw_payloads_content on raw_payloads (source, md5(url), sha256, status)`.execute(db)
  await sql`
    create table completeness (
      city text not null,
      day integer not null,
      kind text not null check (kind in ('markets', 'trades', 'candles', 'observations', 'settlements')),
      source text not null,
      expected integer,
      received integer not null,
      complete boolean not null,
      proof jsonb not null,
      updated_ms bigint not null,
      primary key (city, day, kind, source)
    )`.execute(db)
  await sql`
    create table runs (
      run_id text primary key,
      pipeline text not null,
      params jsonb not null,
      kwx_version text not null,
      started_ms bigint not null,
      ended_ms bigint,
      exit smallint
    )`.execute(db)
  await sql`create index runs_started on runs (started_ms)`.execute(db)
  await sql`
    create table step_runs (
      run_id text not null references runs (run_id) on delete cascade,
      step text not null,
      use text not null,
      cache_key text,
      status text not null check (status in ('ran', 'cached', 'failed', 'skipped')),
      started_ms bigint not null,
      ended_ms bigint not null,
      exit smallint,
      summary text,
      artefacts jsonb not null,
      primary key (run_id, step)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table step_runs, runs, completeness, raw_payloads`.execute(db)
}
