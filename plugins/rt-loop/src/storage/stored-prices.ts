/*
 * What is stored of trades and candles that were requested, so that only what is new of them is written.
 */
import { bigint, boolean, integer, nullable, statement } from 'kwx/database'

/** How often each trade of some markets (`$1`) is stored, from a time of each market (`$2`) on. */
export const storedTrades = statement({
  text: `
    select market_id, ts_ms, price, count_centi, taker_yes, count(*)::integer as n
    from trades join unnest($1::integer[], $2::bigint[]) as asked (id, since) on market_id = id
    where market_id = any($1::integer[]) and ts_ms >= since group by 1, 2, 3, 4, 5`,
  columns: {
    market_id: integer(),
    ts_ms: bigint(),
    price: integer(),
    count_centi: integer(),
    taker_yes: boolean(),
    n: integer(),
  },
})

/** What a model or its benchmark sees of the one-minute candles of some markets (`$1`) at some minutes (`$2`). */
export const storedCandles = statement({
  text: `
    select market_id, end_minute, price_close, bid_close, ask_close, volume_centi
    from candles join unnest($1::integer[], $2::integer[]) as asked (id, minute) on market_id = id and end_minute = minute
    where period_minutes = 1`,
  columns: {
    market_id: integer(),
    end_minute: integer(),
    price_close: nullable(integer()),
    bid_close: nullable(integer()),
    ask_close: nullable(integer()),
    volume_centi: integer(),
  },
})
