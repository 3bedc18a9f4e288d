import { type Kysely, sql } from 'kysely'

// Migrations see an untyped schema on purpose: the types describe today, a migration runs against yesterday.
// Candles and trades carry no foreign key: checking one per row halves the speed of a bulk load, and rows only come
// in through `loadCandles` and `loadTrades`, whose ids are those that `saveMarkets` gave.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table series (
      ticker text primary key,
      city text not null,
      fee_type text,
      fee_multiplier double precision
    )`.execute(db)
  await sql`
    create table events (
      event_id integer generated always as identity primary key,
      ticker text not null unique,
      series_ticker text not null references series (ticker),
      city text not null,
      day integer not null,
      origin text not null check (origin in ('real', 'replay', 'simulated'))
    )`.execute(db)
  await sql`create index events_city_day on events (city, day)`.execute(db)
  await sql`
    create table markets (
      market_id integer generated always as identity primary key,
      event_id integer not null references events (event_id),
      ticker text not null unique,
      strike_type text not null
        check (strike_type in ('between', 'greater', 'less', 'greater_or_equal', 'less_or_equal')),
      floor_strike integer,
      cap_strike integer,
      open_ms bigint,
      close_ms bigint,
      status text not null,
      result text check (result in ('yes', 'no')),
      expiration_value double precision,
      volume_centi bigint
    )`.execute(db)
  await sql`create index markets_event on markets (event_id)`.execute(db)
  await sql`
    create table candles (
      market_id integer not null,
      period_minutes smallint not null,
      end_minute integer not null,
      price_open smallint,
      price_high smallint,
      price_low smallint,
      price_close smallint,
      bid_open smallint,
      bid_high smallint,
      bid_low smallint,
      bid_close smallint,
      ask_open smallint,
      ask_high smallint,
      ask_low smallint,
      ask_close smallint,
      volume_centi integer not null,
      open_interest_centi integer not null,
      complete boolean not null default false,
      primary key (market_id, period_minutes, end_minute)
    )`.execute(db)
  await sql`create index candles_complete_end_minute on candles (complete, end_minute)`.execute(db)
  await sql`
    create table trades (
      market_id integer not null,
      ordinal integer not null,
      ts_ms bigint not null,
      price smallint not null,
      count_centi integer not null,
      taker_yes boolean not null,
      primary key (market_id, ordinal)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table trades, candles, markets, events, series`.execute(db)
}
