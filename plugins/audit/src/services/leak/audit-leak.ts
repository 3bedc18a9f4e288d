import type { Origin } from 'kwx'
import { numbers, rowsOf } from 'kwx/artefacts'
import type { ReportVerdict } from 'kwx/contracts'
import { designNames } from 'kwx/features'
import { originOf } from '../scope.ts'
import { auditTrained, type TrainedAudit } from './audit-trained.ts'
import { checkNames, checkOutcomes } from './check-columns.ts'
import { checkKnownAt } from './check-known-at.ts'
import { checkLabels } from './check-labels.ts'
import { compareRows } from './compare-rows.ts'
import { type Leak, LeakCounter } from './findings.ts'
import type { LeakAuditOptions } from './leak-audit-options.ts'
import { readRaw } from './read-raw.ts'
import { type SampledRow, sampledRows } from './sampled-rows.ts'

/** What `kwx audit leak` answers for one dataset. */
export interface LeakAudit {
  readonly city: string
  readonly bracket: string
  readonly origin: Origin
  readonly verdict: ReportVerdict
  readonly feature_set: string
  readonly price_source: string
  readonly span: { readonly from: string; readonly to: string }
  readonly seed: number
  readonly rows_built: number
  readonly rows_sampled: number
  /** Rows that equal the built ones, bit for bit, from what was known at their minute. */
  readonly rows_equal: number
  readonly rows_differing: number
  /** Of the equal ones, those that need to know that the whole day's minute data repeats too much: see the gate. */
  readonly rows_gated_by_whole_day: number
  readonly columns: number
  /** False where too few markets settled either way to tell a label in disguise from chance. */
  readonly columns_judged: boolean
  readonly readings_checked: number
  readonly issuances_checked: number
  readonly labels_checked: number
  /** The labels of a pilot and its pool against the clock; null where nothing was trained on the dataset yet. */
  readonly trained: TrainedAudit | null
  readonly leaks: readonly Leak[]
}

/**
 * Rebuilds sampled rows of a built dataset from the database as it was at each row's minute and compares every bit;
 * holds times of knowledge against what can be, and columns against the outcomes. Where a pilot was trained on the dataset,
 * the labels that went into its windows and into the weights of its pool are held against the clock too.
 *
 * @throws KwxError AUDIT_MIXED_ORIGINS (exit 1)
 * @cost 10,000 rows of 98 recorded days in about 10 s; the prices of two weeks in memory
 */
export async function auditLeak(options: LeakAuditOptions): Promise<LeakAudit> {
  const { db, city, config, set, table, rows: count, seed } = options
  const raw = await readRaw(db, city, config)
  const leaks = new LeakCounter()
  checkNames(table, set, leaks)
  checkKnownAt(raw.observations, raw.settlements, city.standardOffset, leaks)
  checkLabels(options.labels, raw.settlements, city.standardOffset, leaks)
  const { trained } = options
  const clocked = trained && auditTrained({ ...options, standardOffset: city.standardOffset, trained }, leaks)
  const sample = sampledRows(table, count, seed)
  const judged = checkOutcomes(sampleOf(options, sample), leaks)
  const compared = await compareRows(options, raw, sample, leaks)
  const found = leaks.list()
  return {
    city: city.id,
    bracket: config.bracket,
    origin: originOf([...raw.markets, ...raw.observations, ...raw.settlements.filter(({ used }) => used)]),
    verdict: verdictOf(found, sample.length, compared.equal),
    feature_set: set.id,
    price_source: config.price_source,
    span: { from: config.start_date, to: config.end_date },
    seed,
    rows_built: rowsOf(table),
    rows_sampled: sample.length,
    rows_equal: compared.equal,
    rows_differing: sample.length - compared.equal,
    rows_gated_by_whole_day: compared.gated,
    columns: designNames(set).length,
    columns_judged: judged,
    readings_checked: raw.observations.length,
    issuances_checked: raw.settlements.length,
    labels_checked: options.labels.length,
    trained: clocked,
    leaks: found,
  }
}

function verdictOf(leaks: readonly Leak[], sampled: number, equal: number): ReportVerdict {
  if (leaks.length > 0) return { outcome: 'fail', sentence: leaks.map(({ sentence }) => sentence).join(' ') }
  if (sampled === 0) return { outcome: 'not-enough-evidence', sentence: 'The dataset has no rows.' }
  return {
    outcome: 'pass',
    sentence: `${equal} of ${sampled} sampled rows have the same bytes when they are built from what was known at their minute.`,
  }
}

/** The columns of the design at the sampled rows, with the outcomes. */
function sampleOf({ table, labels }: LeakAuditOptions, sample: readonly SampledRow[]) {
  const label = new Map(labels.map((one) => [one.market, one.label]))
  const known = sample.filter(({ market }) => typeof label.get(market) === 'number')
  const names = [...table.keys()].slice(3).filter((name) => !('codes' in table.get(name)!))
  return {
    names,
    values: names.map((name) => {
      const column = numbers(table, name)
      return Float64Array.from(known, ({ row }) => column[row]!)
    }),
    label: Uint8Array.from(known, ({ market }) => label.get(market)!),
    market: known.map(({ market }) => market),
  }
}
