import type { Feature, FeatureInput, MarketView, WeatherView } from './feature.ts'
import { MAX_OBSERVATION_AGE, REPORT_DELAY } from './weather.ts'

const observations: readonly FeatureInput[] = ['observations']
/** How old the newest report may be at a row: its delay and the time that it is used for. */
const REPORT_AGE = REPORT_DELAY + MAX_OBSERVATION_AGE

const column = (
  name: string,
  unit: string,
  pick: (weather: WeatherView) => Float64Array,
  {
    missing = 'optional',
    inputs = observations,
    back = 0,
  }: { missing?: Feature['missing']; inputs?: readonly FeatureInput[]; back?: number } = {},
): Feature => ({
  name,
  unit,
  inputs,
  lookBackMinutes: REPORT_AGE + back,
  rowMinutes: 0,
  missing,
  compute: ({ weather }, out) => out.set(pick(weather)),
})

const perRow = (
  name: string,
  unit: string,
  missing: Feature['missing'],
  value: (view: MarketView, i: number) => number,
  inputs = observations,
  back = 0,
): Feature => ({
  name,
  unit,
  inputs,
  lookBackMinutes: REPORT_AGE + back,
  rowMinutes: 0,
  missing,
  compute(view, out) {
    for (let i = 0; i < view.n; i++) out[i] = value(view, i)
  },
})

/** The newest report that was known at the end of the minute, at most two hours after it became known. */
export const tempNow = column('temp_now', 'F', ({ temp }) => temp, { missing: 'critical' })
/** Largest temperature of the three hours up to the newest report. */
export const tempRollmax3h = column('temp_rollmax_3h', 'F', ({ max3h }) => max3h, { back: 180 })
/** Smallest temperature of the same three hours. */
export const tempRollmin3h = column('temp_rollmin_3h', 'F', ({ min3h }) => min3h, { back: 180 })

/** Against the report that was the newest known one hour earlier. */
export const tempDelta1h = perRow(
  'temp_delta_1h',
  'F',
  'optional',
  ({ weather }, i) => weather.temp[i]! - weather.temp1hAgo[i]!,
  observations,
  60,
)

const moisture: readonly FeatureInput[] = ['observations', 'moisture']
/** Of the newest report whose field no gate takes away. */
export const dewpoint = column('dewpoint', 'F', ({ dew }) => dew, { inputs: moisture })
export const humidity = column('humidity', '%', ({ humidity }) => humidity, { inputs: moisture })
export const windspeed = column('windspeed', 'mph', ({ wind }) => wind, { inputs: moisture })

const floorDistance = ({ floor, weather }: MarketView, i: number) => floor - weather.temp[i]!
const capDistance = ({ cap, weather }: MarketView, i: number) => cap - weather.temp[i]!

/** A feature of one or both strikes: the constant 0 for a tail that has no such side, critical for a bracket with it. */
const strike = (
  name: string,
  unit: string,
  sides: 'floor' | 'cap' | 'both',
  value: (view: MarketView, i: number) => number,
): Feature => ({
  name,
  unit,
  inputs: observations,
  lookBackMinutes: REPORT_AGE,
  rowMinutes: 0,
  missing: 'strike',
  compute(view, out) {
    const absent = (sides !== 'cap' && Number.isNaN(view.floor)) || (sides !== 'floor' && Number.isNaN(view.cap))
    for (let i = 0; i < view.n; i++) out[i] = absent ? 0 : value(view, i)
  },
})

/** Degrees from the temperature now up to the floor; below 0 once it is passed. */
export const tempToFloor = strike('temp_to_floor', 'F', 'floor', floorDistance)
/** Degrees from the temperature now up to the cap. */
export const tempToCap = strike('temp_to_cap', 'F', 'cap', capDistance)
/** Minutes to the close times the distance to the floor. */
export const minutesXTempDist = strike(
  'minutes_x_temp_dist',
  'minutes x F',
  'floor',
  (view, i) => (view.closeMinute - view.endMinute[i]!) * Math.abs(floorDistance(view, i)),
)
/** Cap minus floor. */
export const strikeWidth = strike('strike_width', 'F', 'both', ({ floor, cap }) => cap - floor)
/** Where the temperature stands in the bracket: 0 at its floor, 1 at its cap. */
export const tempPositionInBracket = strike(
  'temp_position_in_bracket',
  '1',
  'both',
  (view, i) => -floorDistance(view, i) / Math.max(1, view.cap - view.floor),
)

/** Middle of the bracket; the only strike of a tail. */
const midpoint = ({ floor, cap }: MarketView) =>
  Number.isNaN(floor) ? cap : Number.isNaN(cap) ? floor : (floor + cap) / 2
export const strikeMidpoint = perRow('strike_midpoint', 'F', 'never', midpoint, [])
/** Degrees from the temperature now up to the middle of the bracket. */
export const tempToMidpoint = perRow(
  'temp_to_midpoint',
  'F',
  'critical',
  (view, i) => midpoint(view) - view.weather.temp[i]!,
)

/** Official maximum of the day before the event, from the moment it was issued. */
export const priorDayTmax: Feature = {
  name: 'prior_day_tmax',
  unit: 'F',
  inputs: ['settlements'],
  lookBackMinutes: 2880,
  rowMinutes: 0,
  missing: 'optional',
  compute: ({ priorDayMax }, out) => out.set(priorDayMax),
}

/** The temperature now against yesterday's official maximum. */
export const tempChangeFromYesterday = perRow(
  'temp_change_from_yesterday',
  'F',
  'optional',
  ({ weather, priorDayMax }, i) => weather.temp[i]! - priorDayMax[i]!,
  ['observations', 'settlements'],
  2880,
)
