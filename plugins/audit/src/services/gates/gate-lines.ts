import type { Ablation, GateAuditFile } from 'kwx/contracts'

const thousands = (value: number): string => value.toLocaleString('en-US')
const signed = (value: number | null): string =>
  value === null ? 'none' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(5)}`

/** File 10 as lines for a person: the verdict, gates, a line per feature, the ablation, days of sources. */
export function* gateLines(report: GateAuditFile): Generator<string> {
  const { city, bracket, feature_set, station, origin, verdict, gates, features, ablation, station_days } = report
  yield `${city} ${bracket}, ${feature_set}, weather of ${station}, ${origin} rows: ${verdict.outcome}`
  yield `  ${verdict.sentence}`
  for (const { source, by, fields, reason } of gates)
    yield `  gate of the ${by}: ${source} (${fields.join(', ')}). ${reason}`
  const columns = ['gated', 'values', 'missing', 'exposed', 'violating', 'hidden']
  if (features.length > 0)
    yield `  ${''.padEnd(12)}${columns.map((name) => name.padStart(11)).join('')}  log loss without it`
  for (const { feature, gated, built, readings_hidden, ablation: own } of features) {
    const figures = [built.values_seen, built.missing, built.exposed, built.violating, readings_hidden].map(thousands)
    yield `  ${feature.padEnd(12)}${[gated ? 'yes' : 'no', ...figures].map((one) => one.padStart(11)).join('')}  ${change(own)}`
  }
  if (features.length > 0) yield `  all of them: ${change(ablation)}`
  if (features.length > 0) yield `  ${ablation.method}`
  for (const [source, days] of Map.groupBy(station_days, (day) => day.source)) {
    const rows = days.reduce((sum, day) => sum + day.rows, 0)
    const filled = days.reduce((sum, day) => sum + day.forward_filled, 0)
    const closed = days.filter(({ gated_by }) => gated_by !== null).length
    const kind = days.some(({ minute }) => minute) ? 'minute rows' : 'reports'
    yield `  ${source}: ${thousands(rows)} ${kind} on ${days.length} days, ${((100 * filled) / rows).toFixed(1)} % forward-filled, ${closed} days gated`
  }
}

const change = ({ difference, low, high, days, windows_using, windows, reason }: Ablation): string =>
  difference === null
    ? (reason ?? 'none')
    : `${signed(difference)} [${signed(low)}, ${signed(high)}] over ${days} days; used in ${windows_using} of ${windows} windows`
