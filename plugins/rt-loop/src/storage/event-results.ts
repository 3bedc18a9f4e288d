/*
 * What a paper portfolio asks about the results of events.
 */
import { bigint, integer, nullable, statement, text } from 'kwx/database'

/** Events in which the portfolio of a loop (`$1`) holds positions that wait for a result at a time (`$2`). */
export const eventsWithoutResult = statement({
  text: `
    select events.ticker, series_ticker, city, day, min(markets.close_ms) as first_close_ms, max(markets.close_ms) as last_close_ms
    from events join markets using (event_id)
    where event_id in (
      select event_id from paper_positions join paper_portfolios using (portfolio_id) join markets using (market_id)
      where loop = $1 and close_ms <= $2)
    group by events.event_id order by events.ticker`,
  columns: {
    ticker: text(),
    series_ticker: text(),
    city: text(),
    day: integer(),
    first_close_ms: nullable(bigint()),
    last_close_ms: nullable(bigint()),
  },
})

/** How many markets say YES in each of some events (`$1`). */
export const yesByEvent = statement({
  text: `
    select event_id, (count(*) filter (where result = 'yes'))::integer as n from markets
    where event_id = any($1::integer[]) group by event_id`,
  columns: { event_id: integer(), n: integer() },
})
