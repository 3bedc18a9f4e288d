import type { GateVerdict } from 'kwx/contracts'
import {
  type FeatureRows,
  type FeatureSet,
  type GateAudit,
  isMinute,
  type Moisture,
  type Report,
  type WeatherSeries,
  weatherAsOf,
  weatherSeries,
} from 'kwx/features'
import { climateDayAtMs } from 'kwx/time'

const COLUMNS = { dewpoint: 'dew', humidity: 'humidity', windspeed: 'wind' } as const
const FIELDS = { dewpoint: 'dew_f', humidity: 'humidity_pct', windspeed: 'wind_mph' } as const

/** Whether the audit's rules take a field of a raw report away. */
function forbidden(
  report: Report,
  field: Moisture,
  { sources, filled_days }: GateAudit,
  standardOffset: number,
): boolean {
  if (!isMinute(report)) return false
  const day = climateDayAtMs(report.valid_ms, standardOffset)
  return (
    sources.some(({ source, fields }) => source === report.source && fields.includes(field)) ||
    filled_days.some((filled) => filled.source === report.source && filled.day === day)
  )
}

/**
 * Compares every built moisture value with what the permitted reports alone say, read again from the raw rows.
 *
 * It does not ask the gate what it did: it rebuilds the join from reports of which the forbidden ones were thrown away
 * whole, so a value that leaked past the gate has nothing to agree with.
 */
export class GateAuditor {
  readonly #columns: { index: number; name: keyof typeof COLUMNS; permitted: WeatherSeries }[]
  readonly #ungated: WeatherSeries
  readonly #audit: GateAudit
  #checked = 0
  #exposed = 0
  #violating = 0

  /**
   * @param raw  the station's reports as they are in the database, but for sources that the configuration does not use
   * @param audit  what was gated
   */
  constructor(set: FeatureSet, raw: readonly Report[], audit: GateAudit, standardOffset: number) {
    this.#audit = audit
    this.#ungated = weatherSeries(raw)
    const names = set.features.filter(({ missing }) => missing === 'optional').map(({ name }) => name)
    this.#columns = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[])
      .filter((name) => names.includes(name))
      .map((name) => ({
        index: set.features.findIndex((feature) => feature.name === name),
        name,
        permitted: weatherSeries(raw.filter((report) => !forbidden(report, FIELDS[name], audit, standardOffset))),
      }))
  }

  /** True where there is a gated source, or a day that was gated, and a feature that could show it. */
  get applies(): boolean {
    return this.#columns.length > 0 && (this.#audit.sources.length > 0 || this.#audit.filled_days.length > 0)
  }

  check({ endMinute, values }: FeatureRows): void {
    if (!this.applies) return
    const flagged = new Uint8Array(endMinute.length)
    const exposed = new Uint8Array(endMinute.length)
    const ungated = weatherAsOf(this.#ungated, endMinute)
    for (const { index, name, permitted } of this.#columns) {
      const expected = weatherAsOf(permitted, endMinute)[COLUMNS[name]]
      const seen = values[index]!
      for (let i = 0; i < endMinute.length; i++) {
        const value = Number.isNaN(expected[i]!) ? 0 : expected[i]!
        if (seen[i] !== value) flagged[i] = 1
        if (!Object.is(ungated[COLUMNS[name]][i], expected[i])) exposed[i] = 1
      }
    }
    this.#checked += endMinute.length
    for (let i = 0; i < endMinute.length; i++) {
      this.#exposed += exposed[i]!
      this.#violating += flagged[i]!
    }
  }

  verdict(): GateVerdict {
    const counts = { rows_checked: this.#checked, rows_exposed: this.#exposed, rows_violating: this.#violating }
    const status = !this.applies || this.#checked === 0 ? 'not-applicable' : this.#violating > 0 ? 'fail' : 'pass'
    return { status, sentence: this.#sentence(status), ...counts, ...this.#audit }
  }

  #sentence(status: GateVerdict['status']): string {
    if (status === 'fail') return `${this.#violating} of ${this.#checked} rows show a gated source's moisture.`
    if (status === 'pass') {
      return `None of ${this.#checked} rows shows a gated source's moisture; ${this.#exposed} would without the gate.`
    }
    if (this.#columns.length === 0) return 'The feature set reads no moisture.'
    return this.applies ? 'There are no rows to check.' : 'No source of this city is gated.'
  }
}
