import { MS_PER_MINUTE } from '../../base/time/days.ts'
import type { WeatherView } from './feature.ts'
import type { Observation } from './observation.ts'

/** Minutes from the time of a report until it is known. Assumed, not measured: services do not say when they got it. */
export const REPORT_DELAY = 5
/** Minutes; a report is used for two hours after it became known; an older one says nothing about now. */
export const MAX_OBSERVATION_AGE = 120
const WINDOW_MS = 180 * MS_PER_MINUTE

/** What a reader of reports knew, as steps: from `knownMs[k]` until the next step the values of row k held. */
interface Steps {
  readonly knownMs: Float64Array
  /** When the newest report became known, then its values. */
  readonly columns: readonly Float64Array[]
}

/** The reports of one station as it became known, ready for as-of joins. */
export interface WeatherSeries {
  readonly temperature: Steps
  readonly dew: Steps
  readonly humidity: Steps
  readonly wind: Steps
}

/** The fields of an observation that features may come from. */
export type Report = Pick<
  Observation,
  'source' | 'report_type' | 'valid_ms' | 'known_ms' | 'temp_f' | 'dew_f' | 'humidity_pct' | 'wind_mph'
>

/** Fields that minute data may only repeat, so that gates take them away. */
export type Moisture = 'dew_f' | 'humidity_pct' | 'wind_mph'

/** Whether a rule takes a field of a report away; see `gateObservations`. */
export type MoistureGate = (report: Report, field: Moisture) => boolean

/**
 * Orders the reports of one station by when they became known.
 *
 * At every moment the *newest* report is the one with the latest `valid_ms` of those known; a report that arrives late
 * changes the three-hour extremes from its arrival on, never before. Reports without a temperature do not count. Of
 * twins (one time, several sources or types) known at a moment one counts: a station report before minute data, then
 * the first by the source's name.
 *
 * @param reports  of one station
 * @param hides  fields that nobody may see: the report before then stays the newest for that field
 * @cost  O(n log n + n x reports in three hours)
 */
export function weatherSeries(reports: readonly Report[], hides: MoistureGate = () => false): WeatherSeries {
  const usable = ordered(reports.filter(({ temp_f }) => temp_f !== null))
  const steps = (field: Moisture) =>
    moistureSteps(
      usable.filter((report) => !hides(report, field)),
      field,
    )
  return {
    temperature: temperatureSteps(usable),
    dew: steps('dew_f'),
    humidity: steps('humidity_pct'),
    wind: steps('wind_mph'),
  }
}

const rank = ({ report_type }: Report) => (report_type === 'minute' ? 1 : 0)

/** By valid time; of twins the one that counts comes last. */
const ordered = (reports: readonly Report[]) =>
  reports.toSorted(
    (a, b) =>
      a.valid_ms - b.valid_ms ||
      rank(b) - rank(a) ||
      (a.source < b.source ? 1 : a.source > b.source ? -1 : 0) ||
      (a.report_type < b.report_type ? 1 : -1),
  )

/** Indices in the order of arrival. */
const arrivals = (reports: readonly Report[]) =>
  reports.map((_, i) => i).sort((a, b) => reports[a]!.known_ms - reports[b]!.known_ms || a - b)

function temperatureSteps(reports: readonly Report[]): Steps {
  const n = reports.length
  const knownMs = new Float64Array(n)
  const [temp, max, min, since] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  let newest = -1
  arrivals(reports).forEach((arrived, step) => {
    newest = Math.max(newest, arrived)
    const now = reports[newest]!
    knownMs[step] = reports[arrived]!.known_ms
    temp[step] = now.temp_f!
    since[step] = now.known_ms
    max[step] = Number.NEGATIVE_INFINITY
    min[step] = Number.POSITIVE_INFINITY
    let counted = Number.NaN
    for (let i = newest; i >= 0 && reports[i]!.valid_ms > now.valid_ms - WINDOW_MS; i--) {
      if (reports[i]!.known_ms > knownMs[step]! || reports[i]!.valid_ms === counted) continue
      counted = reports[i]!.valid_ms
      max[step] = Math.max(max[step]!, reports[i]!.temp_f!)
      min[step] = Math.min(min[step]!, reports[i]!.temp_f!)
    }
  })
  return { knownMs, columns: [since, temp, max, min] }
}

function moistureSteps(reports: readonly Report[], field: Moisture): Steps {
  const [knownMs, since, value] = [0, 0, 0].map(() => new Float64Array(reports.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let newest = -1
  arrivals(reports).forEach((arrived, step) => {
    newest = Math.max(newest, arrived)
    knownMs[step] = reports[arrived]!.known_ms
    since[step] = reports[newest]!.known_ms
    value[step] = reports[newest]![field] ?? Number.NaN
  })
  return { knownMs, columns: [since, value] }
}

/**
 * The weather as it was known at the end of each minute: the step in force, or NaN where its newest report has been
 * known for more than two hours.
 *
 * @param endMinute  ascending epoch minutes, length n
 * @cost  O(n + reports since the first minute) after one binary search
 */
export function weatherAsOf(series: WeatherSeries, endMinute: Int32Array): WeatherView {
  const [temp, max3h, min3h] = asOf(series.temperature, endMinute, 0)
  const only = (steps: Steps, minutesAgo = 0) => asOf(steps, endMinute, minutesAgo)[0]!
  return {
    temp: temp!,
    max3h: max3h!,
    min3h: min3h!,
    temp1hAgo: only(series.temperature, 60),
    dew: only(series.dew),
    humidity: only(series.humidity),
    wind: only(series.wind),
  }
}

/** Minutes at a minute's end since the newest report became known, fractions included; null before the first. */
export function reportAge({ temperature: { knownMs, columns } }: WeatherSeries, minute: number): number | null {
  const step = upperBound(knownMs, minute * MS_PER_MINUTE) - 1
  return step < 0 ? null : minute - columns[0]![step]! / MS_PER_MINUTE
}

function asOf(
  { knownMs, columns: [since, ...columns] }: Steps,
  endMinute: Int32Array,
  minutesAgo: number,
): Float64Array[] {
  const n = endMinute.length
  const memory = new Float64Array(n * columns.length).fill(Number.NaN)
  const out = columns.map((_, c) => memory.subarray(c * n, (c + 1) * n))
  if (n === 0) return out
  let step = upperBound(knownMs, (endMinute[0]! - minutesAgo) * MS_PER_MINUTE) - 1
  for (let i = 0; i < n; i++) {
    const at = (endMinute[i]! - minutesAgo) * MS_PER_MINUTE
    while (step + 1 < knownMs.length && knownMs[step + 1]! <= at) step++
    if (step < 0 || at - since![step]! > MAX_OBSERVATION_AGE * MS_PER_MINUTE) continue
    for (let c = 0; c < columns.length; c++) out[c]![i] = columns[c]![step]!
  }
  return out
}

/** How many of the ascending values are at most `value`. */
function upperBound(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
