import { bigint, integer, nullable, type RowOf, statement, text } from 'kwx/database'

export const marketOfTicker = statement({
  text: `
    select market_id as id, m.ticker, city, day, volume_centi as "volumeCenti"
    from markets m join events using (event_id) where m.ticker = $1`,
  columns: {
    id: integer(),
    ticker: text(),
    city: text(),
    day: integer(),
    /** By the exchange's count, 1e-2 contracts; null when the file has none. */
    volumeCenti: nullable(bigint()),
  },
})

/** A market of a file, known by ticker while its prices are read. */
export type ImportedMarket = Readonly<RowOf<typeof marketOfTicker>>
