import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { arrayOf, bulkLoad, double, inTransaction, integer, statement, text } from 'kwx/database'
import type { SimulateTables } from './tables.ts'

/** True probabilities of YES at the ends of minutes, as a struct of arrays of equal length. */
export interface TruthRows {
  marketId: Int32Array
  endMinute: Int32Array
  /** In [0, 1]. */
  p: Float64Array
}

/** Writes the simulator's truth; a row that is there takes the new value. */
export function saveTruth(db: Database, rows: TruthRows): Promise<{ rows: number }> {
  return bulkLoad(
    db,
    {
      table: 'simulated_truth',
      keys: ['market_id', 'end_minute'],
      columns: [
        { name: 'market_id', type: 'int4', values: rows.marketId },
        { name: 'end_minute', type: 'int4', values: rows.endMinute },
        { name: 'p', type: 'float8', values: rows.p },
      ],
    },
    rows.marketId.length,
  )
}

/** The truth of some markets, ordered by market and minute. */
export async function readTruth(db: Database, marketIds: readonly number[]): Promise<TruthRows> {
  const rows = await truthByMarket.rows(db, [marketIds])
  return {
    marketId: Int32Array.from(rows.flatMap(({ market_id, minutes }) => minutes.map(() => market_id))),
    endMinute: Int32Array.from(rows.flatMap(({ minutes }) => minutes)),
    p: Float64Array.from(rows.flatMap(({ p }) => p)),
  }
}

export const truthByMarket = statement({
  text: `
    select market_id, array_agg(end_minute order by end_minute) as minutes, array_agg(p order by end_minute) as p
    from simulated_truth where market_id = any($1::integer[]) group by market_id order by market_id`,
  columns: { market_id: integer(), minutes: arrayOf(integer()), p: arrayOf(double()) },
})

/**
 * Removes the simulated markets, candles, trades, truth, settlements and completeness of one city, and the simulated
 * readings of `station` where one is given. Other origins are never touched.
 *
 * @throws KwxError DATABASE_NOT_SIMULATED (exit 2) when the city or the station has rows of another origin
 */
export async function deleteSimulated(db: Database, city: string, station: string | null = null): Promise<void> {
  await inTransaction(db, async (trx) => {
    const real = await tablesOfOtherOrigins.rows(trx, [city, station])
    if (real.length > 0) {
      const tables = real.map(({ table }) => table)
      throw new KwxError(
        `The city "${city}" has rows in ${tables.join(', ')} that were not simulated; nothing was deleted.`,
        {
          code: 'DATABASE_NOT_SIMULATED',
          exit: EXIT.usage,
          hint: 'Simulate another city, or set DATABASE_URL to a database of its own.',
          details: { city, station, tables },
        },
      )
    }
    const own = trx.withTables<SimulateTables>()
    const markets = own
      .selectFrom('markets')
      .innerJoin('events', 'events.event_id', 'markets.event_id')
      .select('markets.market_id')
      .where('events.city', '=', city)
    for (const table of ['simulated_truth', 'candles', 'trades', 'quotes', 'markets'] as const) {
      await own.deleteFrom(table).where('market_id', 'in', markets).execute()
    }
    for (const table of ['events', 'settlements', 'completeness', 'series'] as const) {
      await own.deleteFrom(table).where('city', '=', city).execute()
    }
    if (station) await own.deleteFrom('observations').where('station', '=', station).execute()
  })
}

export const tablesOfOtherOrigins = statement({
  text: `
    select 'events' as table where exists (select from events where city = $1 and origin <> 'simulated')
    union all
    select 'settlements' where exists (select from settlements where city = $1 and origin <> 'simulated')
    union all
    select 'observations' where exists (select from observations where station = $2 and origin <> 'simulated')`,
  columns: { table: text() },
})
