import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table observations (
      station text not null,
      source text not null,
      valid_ms bigint not null,
      report_type text not null check (report_type in ('routine', 'special', 'minute')),
      known_ms bigint not null,
      temp_f double precision,
      dew_f double precision,
      humidity_pct double precision,
      wind_mph double precision,
      forward_filled boolean not null,
      origin text not null check (origin in ('real', 'replay', 'simulated')),
      primary key (station, source, valid_ms, report_type)
    )`.execute(db)
  await sql`create index observations_station_valid on observations (station, valid_ms)`.execute(db)
  await sql`
    create table settlements (
      city text not null,
      day integer not null,
      source text not null,
      product_id text not null,
      kind text not null check (kind in ('preliminary', 'final', 'correction', 'archive')),
      issued_ms bigint,
      tmax_f double precision,
      used boolean not null,
      origin text not null check (origin in ('real', 'replay', 'simulated')),
      primary key (city, day, source, product_id)
    )`.execute(db)
  await sql`create unique index settlements_one_used on settlements (city, day) where used`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table settlements, observations`.execute(db)
}
