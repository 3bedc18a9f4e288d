/*
 * Units: `day` counts days since 1970-01-01 (a climate day), `*_minute` minutes and `*_ms` milliseconds since the
 * epoch in UTC. Prices are 1e-4 dollars, counts 1e-2 contracts.
 */

/** The simulator's true conditional probability of YES at the end of a minute. */
export interface SimulatedTruthTable {
  market_id: number
  end_minute: number
  p: number
}

/** The tables that this plugin owns. */
export type SimulateTables = {
  simulated_truth: SimulatedTruthTable
}
