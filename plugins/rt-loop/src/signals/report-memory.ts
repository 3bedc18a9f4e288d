import { type Database, type Observation, readObservations } from 'kwx/database'
import type { WeatherSeries } from 'kwx/features'
import { MS_PER_MINUTE } from 'kwx/time'

import { type ReportSpan, type RowsOf, weatherOf } from './city-rows.ts'

/** Readings are asked for again from this long before the newest known one: clocks are set back, and writers overlap. */
const AGAIN_MS = 10 * MS_PER_MINUTE

/** A station's reports, kept between ticks: each reading brings what became known since. */
export class ReportMemory {
  readonly #pair: RowsOf
  readonly #known = new Map<string, Observation>()
  #span: ReportSpan | null = null
  #newestMs: number | null = null
  #weather: WeatherSeries | null = null

  constructor(pair: RowsOf) {
    this.#pair = pair
  }

  forget(): void {
    this.#known.clear()
    this.#span = null
    this.#newestMs = null
    this.#weather = null
  }

  async read(db: Database, span: ReportSpan): Promise<WeatherSeries> {
    if (span.fromMs !== this.#span?.fromMs || span.toMs !== this.#span.toMs) this.forget()
    const knownSinceMs = this.#newestMs === null ? undefined : this.#newestMs - AGAIN_MS
    const rows = await readObservations(db, { station: this.#pair.station, ...span, knownSinceMs })
    this.#span = span
    for (const row of rows) this.#put(row)
    this.#weather ??= weatherOf(this.#pair, [...this.#known.values()])
    return this.#weather
  }

  #put(row: Observation): void {
    const key = `${row.source} ${row.valid_ms} ${row.report_type}`
    const known = this.#known.get(key)
    if (known && sameRow(known, row)) return
    this.#known.set(key, row)
    this.#newestMs = Math.max(this.#newestMs ?? row.known_ms, row.known_ms)
    this.#weather = null
  }
}

const sameRow = (a: Observation, b: Observation): boolean =>
  Object.entries(a).every(([name, value]) => Object.is(value, b[name as keyof Observation]))
