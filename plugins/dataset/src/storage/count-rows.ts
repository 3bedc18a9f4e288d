import type { CompletenessTable, Database } from 'kwx/database'
import { integer, nullable, type RowOf, statement, text } from 'kwx/database'

/**
 * Counts what is really there, to be held against what completeness says was received.
 *
 * @param stations  whose observations count
 * @param standardOffset  of the city's climate day, minutes east of UTC
 * @cost  one pass over the span's rows: a million prints in about 0.2 s
 */
export const countRows = (
  db: Database,
  {
    city,
    fromDay,
    toDay,
    stations,
    standardOffset,
  }: { city: string; fromDay: number; toDay: number; stations: readonly string[]; standardOffset: number },
): Promise<RowCount[]> => rowsByDay.rows(db, [city, fromDay, toDay, stations, standardOffset])

export const rowsByDay = statement({
  text: `
     with ladder as (
       select day, market_id from events join markets using (event_id) where city = $1 and day between $2 and $3
     )
     select day, 'markets' as kind, null as source, null as station, count(*)::integer as rows from ladder group by day
     union all
     select day, 'trades', null, null, count(*)::integer from ladder join trades using (market_id) group by day
     union all
     select day, 'candles', null, null, count(*)::integer from ladder join candles using (market_id)
       where period_minutes = 1 group by day
     union all
     select day, 'settlements', source, null, count(*)::integer from settlements
       where city = $1 and day between $2 and $3 group by day, source
     union all
     select ((valid_ms + $5 * 60000) / 86400000)::integer, 'observations', source, station, count(*)::integer
       from observations where station = any($4::text[])
         and valid_ms >= $2 * 86400000::bigint - $5 * 60000 and valid_ms < ($3 + 1) * 86400000::bigint - $5 * 60000
       group by 1, source, station`,
  columns: {
    day: integer(),
    kind: text<CompletenessTable['kind']>(),
    /** The source that rows carry; null for what the exchange gives. */
    source: nullable(text()),
    /** Observations only. */
    station: nullable(text()),
    rows: integer(),
  },
})

/** How many rows of one kind the tables hold for a city-day; of observations and settlements for one source. */
type RowCount = Readonly<RowOf<typeof rowsByDay>>
