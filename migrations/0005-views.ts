import { type Kysely, sql } from 'kysely'

// For people: tickers, timestamps, cents and whole contracts instead of keys and integers.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create view candles_view as
    select e.city, date '1970-01-01' + e.day as event_day, m.ticker, c.period_minutes,
      to_timestamp(c.end_minute * 60.0) as end_at,
      c.price_open / 100.0 as price_open, c.price_high / 100.0 as price_high,
      c.price_low / 100.0 as price_low, c.price_close / 100.0 as price_close,
      c.bid_close / 100.0 as bid, c.ask_close / 100.0 as ask,
      c.volume_centi / 100.0 as volume, c.open_interest_centi / 100.0 as open_interest, c.complete, e.origin
    from candles c join markets m using (market_id) join events e using (event_id)`.execute(db)
  await sql`
    create view trades_view as
    select e.city, date '1970-01-01' + e.day as event_day, m.ticker, t.ordinal,
      to_timestamp(t.ts_ms / 1000.0) as traded_at, t.price / 100.0 as yes_price, t.count_centi / 100.0 as count,
      case when t.taker_yes then 'yes' else 'no' end as taker_side, e.origin
    from trades t join markets m using (market_id) join events e using (event_id)`.execute(db)
  await sql`
    create view observations_view as
    select station, source, to_timestamp(valid_ms / 1000.0) as valid_at, to_timestamp(known_ms / 1000.0) as known_at,
      report_type, temp_f, dew_f, humidity_pct, wind_mph, forward_filled, origin
    from observations`.execute(db)
  await sql`
    create view settlements_view as
    select city, date '1970-01-01' + day as event_day, source, product_id, kind,
      to_timestamp(issued_ms / 1000.0) as issued_at, tmax_f, used, origin
    from settlements`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop view settlements_view, observations_view, trades_view, candles_view`.execute(db)
}
