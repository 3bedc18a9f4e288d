import { climateDayAtMs } from '../../base/time/days.ts'
import type { City } from '../cities/city.ts'
import type { Moisture, MoistureGate, Report } from './weather.ts'

/** A day of minute data with more repeats than this is not minute data. */
export const MAX_FORWARD_FILLED = 0.2
/** The source of minute data that cities are gated from. */
export const VISUAL_CROSSING = 'visual-crossing'
const ALL: readonly Moisture[] = ['dew_f', 'humidity_pct', 'wind_mph']

/** What the gate did, counted where rows are read. */
export interface GateAudit {
  /** Sources that the city's manifest or the configuration excludes from moisture features. */
  readonly sources: readonly {
    readonly source: string
    readonly fields: readonly Moisture[]
    readonly reason: string
  }[]
  /** Minute rows read from any source, and of them those whose moisture fields were taken away. */
  readonly minute_rows: number
  readonly gated_rows: number
  /** Gated rows that held a dew point, a humidity or a wind: values that a feature would have seen. */
  readonly values_hidden: number
  /** Days of a source gated because of their repeats. */
  readonly filled_days: readonly { readonly day: number; readonly source: string; readonly share: number }[]
  /** Rows dropped whole because the configuration uses no Visual Crossing minutes. */
  readonly unused_rows: number
}

/** What decides which rows are gated. */
interface GateRules {
  readonly city: Pick<City, 'id' | 'aliases' | 'gates' | 'standardOffset'>
  /** Ids or aliases that the configuration excludes from Visual Crossing minutes beside what manifests gate. */
  readonly excludedVcCities: readonly string[]
  readonly useVcMinutes: boolean
}

/**
 * Takes the moisture fields of gated minute rows away, before anything else can see them. Temperature stays, and so
 * do station reports (METAR and specials) of every source.
 *
 * A source is gated by the city's manifest, by the configuration (which can only add), and for a climate day in which
 * more than a fifth of its rows are forward-filled. That share is of the whole day, known at its end: it decides whether
 * a source can be trusted that day, and takes values away, never adds one.
 *
 * @param observations  of one station
 * @returns the rows to use, with gated fields null, and the audit
 */
export function gateObservations<Row extends Report & { readonly forward_filled: boolean }>(
  observations: readonly Row[],
  { city, excludedVcCities, useVcMinutes }: GateRules,
): { rows: Row[]; hides: MoistureGate; audit: GateAudit } {
  const sources = city.gates.map(({ source, fields, reason }) => ({
    source,
    fields: new Set<Moisture>(fields),
    reason,
  }))
  const named = [city.id, ...city.aliases].some((id) => excludedVcCities.includes(id))
  if (named && !sources.some(({ source }) => source === VISUAL_CROSSING)) {
    sources.push({ source: VISUAL_CROSSING, fields: new Set(ALL), reason: 'Excluded by the configuration.' })
  }
  const dayOf = ({ valid_ms }: Report) => climateDayAtMs(valid_ms, city.standardOffset)
  const used = observations.filter(({ source }) => useVcMinutes || source !== VISUAL_CROSSING)
  const minutes = used.filter(isMinute)
  const filled = filledDays(minutes, dayOf)
  const hidden = new Map<Report, ReadonlySet<Moisture>>()
  let values = 0
  const rows = used.map((row) => {
    if (!isMinute(row)) return row
    const fields = filled.has(`${row.source} ${dayOf(row)}`)
      ? new Set(ALL)
      : sources.find(({ source }) => source === row.source)?.fields
    if (!fields) return row
    const gated = { ...row }
    for (const field of fields) gated[field] = null
    hidden.set(gated, fields)
    if (ALL.some((field) => fields.has(field) && row[field] !== null)) values++
    return gated
  })
  return {
    rows,
    hides: (report, field) => hidden.get(report)?.has(field) ?? false,
    audit: {
      sources: sources.map(({ source, fields, reason }) => ({ source, fields: [...fields], reason })),
      minute_rows: minutes.length,
      gated_rows: hidden.size,
      values_hidden: values,
      filled_days: [...filled.values()],
      unused_rows: observations.length - used.length,
    },
  }
}

/** Visual Crossing sells minutes, whatever a loader called its rows. */
export const isMinute = ({ source, report_type }: Report) => report_type === 'minute' || source === VISUAL_CROSSING

function filledDays<Row extends Report & { readonly forward_filled: boolean }>(
  minutes: readonly Row[],
  dayOf: (row: Row) => number,
): Map<string, { day: number; source: string; share: number }> {
  const counts = new Map<string, { day: number; source: string; rows: number; filled: number }>()
  for (const row of minutes) {
    const day = dayOf(row)
    const key = `${row.source} ${day}`
    const count = counts.get(key) ?? { day, source: row.source, rows: 0, filled: 0 }
    count.rows++
    if (row.forward_filled) count.filled++
    counts.set(key, count)
  }
  const over = [...counts].filter(([, { rows, filled }]) => filled / rows > MAX_FORWARD_FILLED)
  return new Map(over.map(([key, { day, source, rows, filled }]) => [key, { day, source, share: filled / rows }]))
}
