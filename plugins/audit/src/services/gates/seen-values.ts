import { numbers, rowsOf, type Table, text } from 'kwx/artefacts'
import type { GatedFeature } from 'kwx/contracts'
import type { Observation } from 'kwx/database'
import { type FeatureSet, type Moisture, weatherAsOf, weatherSeries } from 'kwx/features'

import type { GateRules } from './gate-rules.ts'

/** Features that show a reading as it is: name, reading, and the name of its as-of column. */
const MOISTURE = [
  ['dewpoint', 'dew_f', 'dew'],
  ['humidity', 'humidity_pct', 'humidity'],
  ['windspeed', 'wind_mph', 'wind'],
] as const

/** The features of a set that a gate may close, and those that read moisture under names unknown here. */
export function moistureFeatures({ features }: FeatureSet): { known: string[]; unknown: string[] } {
  const names = features.filter(({ inputs }) => inputs.includes('moisture')).map(({ name }) => name)
  const isKnown = (name: string) => MOISTURE.some(([feature]) => feature === name)
  return { known: names.filter(isKnown), unknown: names.filter((name) => !isKnown(name)) }
}

/** What one feature shows on the built rows. */
interface SeenValues extends Omit<GatedFeature, 'ablation'> {
  /** Shape [rows]: 1 where the row shows what it must not, and where it would show something else without the gate. */
  readonly violates: Uint8Array
  readonly exposes: Uint8Array
}

/**
 * Holds the built column of each moisture feature against what the permitted reports alone say, joined again from the
 * raw rows, and against what all reports would say.
 *
 * @param reports  raw, of one station, those that the configuration uses
 */
export function seenValues(
  table: Table,
  names: readonly string[],
  reports: readonly Observation[],
  rules: GateRules,
): SeenValues[] {
  const ungated = weatherSeries(reports)
  return MOISTURE.filter(([feature]) => names.includes(feature)).map(([feature, field, column]) => {
    const permitted = weatherSeries(reports.filter((report) => !rules.hides(report, field)))
    const n = rowsOf(table)
    const [expected, without] = [new Float64Array(n), new Float64Array(n)]
    forEachRun(table, (first, minutes) => {
      expected.set(weatherAsOf(permitted, minutes)[column], first)
      without.set(weatherAsOf(ungated, minutes)[column], first)
    })
    return judged(table, feature, field, expected, without, {
      gated:
        reports.some((report) => rules.hides(report, field)) ||
        rules.gates.some(({ fields }) => fields.includes(field)),
      hidden: reports.filter((report) => report[field] !== null && rules.hides(report, field)).length,
    })
  })
}

function judged(
  table: Table,
  feature: string,
  field: Moisture,
  expected: Float64Array,
  without: Float64Array,
  { gated, hidden }: { gated: boolean; hidden: number },
): SeenValues {
  const [value, isNa] = [numbers(table, feature), numbers(table, `${feature}_is_na`)]
  const n = expected.length
  const [violates, exposes] = [new Uint8Array(n), new Uint8Array(n)]
  const distinct = new Set<number>()
  let [seen, smallest, largest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < n; i++) {
    const shown = isNa[i] === 1 ? Number.NaN : value[i]!
    if (!Object.is(shown, expected[i])) violates[i] = 1
    if (!Object.is(without[i], expected[i])) exposes[i] = 1
    if (Number.isNaN(shown)) continue
    seen++
    distinct.add(shown)
    smallest = Math.min(smallest, shown)
    largest = Math.max(largest, shown)
  }
  return {
    feature,
    field,
    gated,
    built: {
      rows: n,
      values_seen: seen,
      distinct: distinct.size,
      smallest: seen > 0 ? smallest : null,
      largest: seen > 0 ? largest : null,
      missing: n - seen,
      exposed: count(exposes),
      violating: count(violates),
    },
    readings_hidden: hidden,
    violates,
    exposes,
  }
}

const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0)

/** How many rows have any of some flags. */
export const countAny = (flags: readonly Uint8Array[]): number =>
  flags.length === 0 ? 0 : count(flags[0]!.map((_, i) => Number(flags.some((one) => one[i] === 1))))

/** Calls back for each run of rows of one market, whose minutes ascend. */
function forEachRun(table: Table, take: (first: number, minutes: Int32Array) => void): void {
  const { codes } = text(table, 'market')
  const minute = numbers(table, 'end_minute')
  for (let first = 0; first < codes.length; ) {
    let end = first + 1
    while (end < codes.length && codes[end] === codes[first]) end++
    take(first, Int32Array.from(minute.subarray(first, end)))
    first = end
  }
}
