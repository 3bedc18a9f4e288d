import type { Origin } from '../origin.ts'

/** One report of a station, with the columns of its table. */
export interface Observation {
  /** ICAO, for example KMIA. */
  station: string
  /** `iem-asos`, `noaa-ghcnh`, `visual-crossing`, `simulated`, or one that a plugin adds. */
  source: string
  valid_ms: number
  report_type: 'routine' | 'special' | 'minute'
  known_ms: number
  temp_f: number | null
  dew_f: number | null
  humidity_pct: number | null
  wind_mph: number | null
  /** True where the source repeated an older value. */
  forward_filled: boolean
  origin: Origin
}
