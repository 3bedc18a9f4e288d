import { type Kysely, sql } from 'kysely'

// The top of the book whenever it changed, for recordings finer than a minute. Two states within one millisecond cannot
// both be acted on, so the later one is the state of that millisecond and the key needs no ordinal.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table quotes (
      market_id integer not null,
      ts_ms bigint not null,
      bid smallint,
      ask smallint,
      bid_size_centi integer,
      ask_size_centi integer,
      primary key (market_id, ts_ms)
    )`.execute(db)
  await sql`alter table completeness drop constraint completeness_kind_check`.execute(db)
  await sql`alter table completeness add constraint completeness_kind_check
    check (kind in ('markets', 'trades', 'candles', 'quotes', 'observations', 'settlements'))`.execute(db)
  await sql`
    create view quotes_view as
    select e.city, date '1970-01-01' + e.day as event_day, m.ticker, to_timestamp(q.ts_ms / 1000.0) as quoted_at,
      q.bid / 100.0 as bid, q.ask / 100.0 as ask,
      q.bid_size_centi / 100.0 as bid_size, q.ask_size_centi / 100.0 as ask_size, e.origin
    from quotes q join markets m using (market_id) join events e using (event_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop view quotes_view`.execute(db)
  await sql`drop table quotes`.execute(db)
  await sql`delete from completeness where kind = 'quotes'`.execute(db)
  await sql`alter table completeness drop constraint completeness_kind_check`.execute(db)
  await sql`alter table completeness add constraint completeness_kind_check
    check (kind in ('markets', 'trades', 'candles', 'observations', 'settlements'))`.execute(db)
}
