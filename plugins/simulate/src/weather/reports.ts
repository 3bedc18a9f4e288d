import type { Observation } from 'kwx/database'
import { MINUTES_PER_DAY } from 'kwx/time'

import { diurnalShape, STEP_MINUTES, STEPS_PER_DAY } from './climate.ts'
import { randomOf, type WeatherPath } from './weather-path.ts'

/** One report of the station, in the columns of `observations` without station and source. */
export type Report = Pick<
  Observation,
  'valid_ms' | 'known_ms' | 'report_type' | 'temp_f' | 'dew_f' | 'humidity_pct' | 'wind_mph'
>

/** A report reaches the world 5 minutes after its time. */
const DELAY_MS = 5 * 60_000
/** Minute of the hour of routine reports, UTC, as at American stations. */
const ROUTINE_MINUTE = 53
const SPECIALS_PER_DAY = 4
const MPH_PER_KNOT = 1.15078

/**
 * Hourly reports at :53 and a few specials of one climate day, oldest first.
 *
 * Rounded as METAR rounds: temperature and dew point to 0.1 C, wind to whole knots; humidity follows from the two.
 *
 * @param dayStart  first epoch minute of the day
 */
export function reportsOf(path: WeatherPath, dayIndex: number, dayStart: number, seed: number, city: string): Report[] {
  const random = randomOf(seed, city, path.firstDay + dayIndex, 'reports')
  const reports: Report[] = []
  for (let minute = STEP_MINUTES; minute < MINUTES_PER_DAY; minute++) {
    const routine = (((dayStart + minute) % 60) + 60) % 60 === ROUTINE_MINUTE
    const special = random.uniform() < SPECIALS_PER_DAY / MINUTES_PER_DAY
    if (!routine && !special) continue
    const i = dayIndex * STEPS_PER_DAY + Math.floor(minute / STEP_MINUTES)
    const temperature = tenths(path.temperature[i]!)
    const dew = Math.min(temperature, tenths(path.dewPoint[i]!))
    const knots = Math.max(0, Math.round(7 + 3 * diurnalShape(minute / 60) + 2.5 * random.normal()))
    const valid = (dayStart + minute) * 60_000
    reports.push({
      valid_ms: valid,
      known_ms: valid + DELAY_MS,
      report_type: routine ? 'routine' : 'special',
      temp_f: fahrenheit(temperature),
      dew_f: fahrenheit(dew),
      humidity_pct: Math.round(10_000 * (vapourPressure(dew) / vapourPressure(temperature))) / 100,
      wind_mph: Math.round(100 * knots * MPH_PER_KNOT) / 100,
    })
  }
  return reports
}

/** Tenths of a degree C, as an integer. */
const tenths = (degreesF: number): number => Math.round(((degreesF - 32) / 1.8) * 10)
/** Degrees F to two decimals, from tenths of a degree C. */
const fahrenheit = (tenthsC: number): number => Math.round(tenthsC * 18 + 3200) / 100
/** Magnus' formula up to its constant, from tenths of a degree C. */
const vapourPressure = (tenthsC: number): number => Math.exp((17.62 * tenthsC) / 10 / (243.12 + tenthsC / 10))
