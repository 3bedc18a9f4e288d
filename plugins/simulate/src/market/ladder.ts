import type { MarketsTable } from 'kwx/database'
import { formatDay } from 'kwx/time'

import { STEPS_PER_DAY } from '../weather/climate.ts'
import type { WeatherPath } from '../weather/weather-path.ts'

export interface Rung extends Pick<MarketsTable, 'strike_type' | 'floor_strike' | 'cap_strike'> {
  readonly ticker: string
}

/** Six rungs in ascending order and the five temperatures between them. */
export interface Ladder {
  readonly event: string
  readonly rungs: readonly Rung[]
  /** Degrees F: rung k wins when `edges[k - 1] <= max < edges[k]`, with open ends. */
  readonly edges: readonly number[]
}

/** How far the maximum of the day lies above the maximum of its forecast, in the median, degrees F. */
const LIFT = 1.5

/** The temperature on which the exchange centres a ladder, whole degrees F. */
export function forecastHigh(path: WeatherPath, dayIndex: number): number {
  const from = dayIndex * STEPS_PER_DAY + 1
  return Math.round(path.forecast.subarray(from, from + STEPS_PER_DAY).reduce((a, b) => Math.max(a, b)) + LIFT)
}

/**
 * The exchange's standard ladder: four brackets of two whole degrees between two tails.
 *
 * @param centre  the floor of the third bracket, whole degrees F
 */
export function ladderOf(series: string, day: number, centre: number): Ladder {
  const event = `${series}-${tickerDate(day)}`
  const low = centre - 4
  const between = [0, 2, 4, 6].map((above): Rung => {
    const floor = low + above
    return { ticker: `${event}-B${floor + 0.5}`, strike_type: 'between', floor_strike: floor, cap_strike: floor + 1 }
  })
  return {
    event,
    rungs: [
      { ticker: `${event}-T${low}`, strike_type: 'less', floor_strike: null, cap_strike: low },
      ...between,
      { ticker: `${event}-T${low + 7}`, strike_type: 'greater', floor_strike: low + 7, cap_strike: null },
    ],
    edges: [-0.5, 1.5, 3.5, 5.5, 7.5].map((above) => low + above),
  }
}

/** The official maximum: whole degrees F, halves up. */
export const officialMaximum = (max: number): number => Math.floor(max + 0.5)

/** 25FEB03 */
function tickerDate(day: number): string {
  const [year, month, dayOfMonth] = formatDay(day).split('-')
  return `${year!.slice(2)}${MONTHS[Number(month) - 1]}${dayOfMonth}`
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const
