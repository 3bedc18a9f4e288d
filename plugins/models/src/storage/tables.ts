import type { Origin } from 'kwx'
import type { Bracket } from 'kwx/config'
import type { ColumnType, Generated } from 'kysely'

/*
 * Units: `day` counts days since 1970-01-01 (a climate day), `*_minute` minutes and `*_ms` milliseconds since the
 * epoch in UTC. Prices are 1e-4 dollars, counts 1e-2 contracts.
 */

/** One window of a version that was promoted. The table only grows. */
export interface ModelsTable {
  /** Hash of the promoted folder, `models/.versions/<version>`. */
  version: string
  wf_window: string
  /** The id in `model.json`. */
  model_id: string
  /** Hash of the pilot artefact. */
  pilot: string
  /** The pilot's name: the stem of its configuration's file. */
  name: string
  city: string
  bracket: Bracket
  feature_set: string
  feature_set_version: string
  first_training_day: number
  /** The last day that training or calibration saw. */
  last_seen_day: number
  first_test_day: number
  last_test_day: number
  /** Hashes of the features and labels artefacts. */
  features: string
  labels: string
  /** SHA-256 of `parameters.json`. */
  parameters: string
  origin: Origin
  kwx_version: string
}

/** One change of what a role of a city and bracket uses. The table only grows. */
export interface PromotionsTable {
  promotion_id: Generated<number>
  city: string
  bracket: Bracket
  role: 'champion' | 'challenger'
  /** 1, 2, ... within city, bracket and role. */
  sequence: number
  at_ms: number
  action: 'promote' | 'rollback' | 'withdraw'
  /** What is live from here on; null after a withdrawal. */
  version: string | null
  from_version: string | null
  /** The promotion that a rollback went back to. */
  returns_to: number | null
  pilot: string | null
  /** Hash of the acceptance report; null where there was none. */
  report: string | null
  /** Hash of the joint blend that showed the skill; null where the report did. */
  joint: string | null
  /** Outcome of the acceptance report. */
  verdict: string | null
  origin: Origin | null
  /** Requirements that were not met and let through, with their sentences. */
  overridden: ColumnType<readonly { requirement: string; sentence: string }[], string, string>
  reason: string | null
  kwx_version: string
}

/** The tables that this plugin owns. */
export type RegistryTables = {
  models: ModelsTable
  promotions: PromotionsTable
}
