import type { Bracket } from 'kwx/config'
import type { Generated } from 'kysely'

/*
 * Units: a day counts days since 1970-01-01 (a climate day), `*_ms` milliseconds since the epoch in UTC.
 */

/** One configuration judged on one set of event days. The table only grows. */
export interface EvaluationsTable {
  evaluation_id: Generated<number>
  city: string
  bracket: Bracket
  /** Hash of the resolved configuration without names and paths. */
  configuration: string
  /** Event days with test rows, rising, each once. */
  days: readonly number[]
  /** SHA-256 of the days. */
  days_hash: string
  first_seen_ms: number
}

/** The tables that this plugin owns. */
export type EvaluationTables = {
  evaluations: EvaluationsTable
}
