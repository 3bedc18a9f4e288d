/*
 * Units: `day` counts days since 1970-01-01 (a climate day), `*_minute` minutes and `*_ms` milliseconds since the
 * epoch in UTC. Prices are 1e-4 dollars, counts 1e-2 contracts.
 */

/** From when on a series charges differently, as the exchange says. */
export interface FeeChangesTable {
  series_ticker: string
  scheduled_ms: number
  fee_type: string
  fee_multiplier: number
  seen_ms: number
}

/** The tables that this plugin owns. */
export type DatasetTables = {
  fee_changes: FeeChangesTable
}
