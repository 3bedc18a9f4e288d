import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import type { GateAuditFile, StationDay } from 'kwx/contracts'
import type { Observation } from 'kwx/database'
import { isMinute, MAX_FORWARD_FILLED, type Moisture, VISUAL_CROSSING } from 'kwx/features'
import { climateDayAtMs, formatDay } from 'kwx/time'

type Config = Pick<ProductionConfig, 'excluded_vc_cities' | 'use_vc_minutes'>

/** What must be gated, derived again from manifest, configuration and raw rows, without asking the gate. */
export interface GateRules {
  readonly gates: GateAuditFile['gates']
  readonly days: readonly StationDay[]
  /** Whether a reading of a report must not be seen. */
  hides(report: Observation, field: Moisture): boolean
}

const FIELDS: readonly Moisture[] = ['dew_f', 'humidity_pct', 'wind_mph']

/** @param reports  of one station, those that the configuration uses */
export function gateRules(reports: readonly Observation[], city: City, config: Config): GateRules {
  const gates: GateAuditFile['gates'][number][] = city.gates.map(({ source, fields, reason }) => ({
    source,
    fields,
    by: 'manifest',
    reason,
  }))
  const excluded = [city.id, ...city.aliases].some((id) => config.excluded_vc_cities.includes(id))
  if (excluded && !gates.some(({ source }) => source === VISUAL_CROSSING)) {
    const reason = 'Excluded by the configuration.'
    gates.push({ source: VISUAL_CROSSING, fields: FIELDS, by: 'configuration', reason })
  }
  const dayOf = ({ valid_ms }: Observation) => climateDayAtMs(valid_ms, city.standardOffset)
  const keyOf = (report: Observation) => `${report.source} ${dayOf(report)}`
  const days = [...Map.groupBy(reports, keyOf).values()].map((rows) => stationDay(rows, dayOf(rows[0]!), gates))
  const repeating = new Set(
    days
      .filter(({ minute, share }) => minute && share > MAX_FORWARD_FILLED)
      .map(({ source, day }) => `${source} ${day}`),
  )
  return {
    gates,
    days,
    hides: (report, field) =>
      isMinute(report) &&
      (gates.some(({ source, fields }) => source === report.source && fields.includes(field)) ||
        repeating.has(`${report.source} ${formatDay(dayOf(report))}`)),
  }
}

function stationDay(rows: readonly Observation[], day: number, gates: GateAuditFile['gates']): StationDay {
  const { station, source } = rows[0]!
  const minuteRows = rows.filter(isMinute)
  const minute = minuteRows.length > 0
  // As the gate counts: repeats are a matter of minute rows.
  const counted = minute ? minuteRows : rows
  const forward_filled = counted.filter((row) => row.forward_filled).length
  const share = forward_filled / counted.length
  const gate = gates.find((one) => one.source === source)
  const repeated = counted.filter((row, k) => k > 0 && sameReadings(row, counted[k - 1]!)).length
  return {
    station,
    source,
    day: formatDay(day),
    minute,
    rows: counted.length,
    forward_filled,
    share,
    repeated_share: counted.length < 2 ? null : repeated / (counted.length - 1),
    gated_by: !minute ? null : gate ? gate.by : share > MAX_FORWARD_FILLED ? 'repeats' : null,
  }
}

const sameReadings = (a: Observation, b: Observation): boolean =>
  a.temp_f === b.temp_f && a.dew_f === b.dew_f && a.humidity_pct === b.humidity_pct && a.wind_mph === b.wind_mph
