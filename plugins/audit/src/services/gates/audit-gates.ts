import type { Origin } from 'kwx'
import type { Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import type { CompletenessFile, GateAuditFile } from 'kwx/contracts'
import { type Database, readObservations } from 'kwx/database'
import { designNames, type FeatureSet, isMinute, MAX_FORWARD_FILLED, VISUAL_CROSSING } from 'kwx/features'
import type { TrainingRows } from 'kwx/model'
import { climateDayEnd, climateDayStart, minuteToMs, parseDay } from 'kwx/time'

import { ablate, METHOD, type TestedModel } from './ablate.ts'
import { gateRules } from './gate-rules.ts'
import { gateFaults, gateVerdict } from './gate-verdict.ts'
import { countAny, moistureFeatures, seenValues } from './seen-values.ts'

/** Reports are read from this many days before the first event, as a build does. */
const DAYS_BEFORE = 2

interface GateAuditOptions {
  readonly db: Database
  readonly city: City
  readonly config: ProductionConfig
  readonly set: FeatureSet
  /** `features.parquet`. */
  readonly table: Table
  readonly rows: TrainingRows
  /** What the build says of its gate. */
  readonly gate: CompletenessFile['gate']
  readonly models: readonly TestedModel[]
  readonly origin: Origin
}

/**
 * File 10: what gated features show on the built rows, what the gate hides, and what the delivered models lose without
 * them.
 *
 * @cost  three as-of joins of all rows, and two predictions of all test rows per feature
 */
export async function auditGates(options: GateAuditOptions): Promise<GateAuditFile> {
  const { db, city, config, set, table, rows, gate, models, origin } = options
  const station = config.observation_station ?? city.station
  const all = await readObservations(db, {
    station,
    fromMs: minuteToMs(climateDayStart(parseDay(config.start_date) - DAYS_BEFORE, city.standardOffset)),
    toMs: minuteToMs(climateDayEnd(parseDay(config.end_date) + 1, city.standardOffset)),
  })
  const reports = all.filter(({ source }) => config.use_vc_minutes || source !== VISUAL_CROSSING)
  const rules = gateRules(reports, city, config)
  const { known, unknown } = moistureFeatures(set)
  const seen = seenValues(table, known, reports, rules)
  const design = designNames(set)
  const columnsOf = (names: readonly string[]) =>
    names.flatMap((name) => [name, `${name}_is_na`]).filter((name) => design.includes(name))
  const ablation = (names: readonly string[]) =>
    ablate(models, rows, columnsOf(names), `${config.seed}/audit-gates/${names.join('+')}`)
  const audited = {
    city: city.id,
    bracket: config.bracket,
    origin,
    feature_set: set.id,
    station,
    gates: rules.gates,
    most_forward_filled: MAX_FORWARD_FILLED,
    rows_checked: rows.label.length,
    rows_exposed: countAny(seen.map(({ exposes }) => exposes)),
    rows_violating: countAny(seen.map(({ violates }) => violates)),
    features: seen.map(({ violates: _, exposes: __, ...feature }) => ({
      ...feature,
      ablation: ablation([feature.feature]),
    })),
    ablation: { ...ablation(known), method: METHOD },
    minute_rows: reports.filter(isMinute).length,
    station_days: rules.days,
    unchecked_features: unknown,
  }
  const faults = gateFaults(audited, gate)
  return { ...audited, verdict: gateVerdict(audited, faults), faults }
}
