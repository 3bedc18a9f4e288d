import { dayOfWeek, MS_PER_DAY } from '../../base/time/days.ts'
import type { Feature, FeatureInput, MarketView } from './feature.ts'
import { spreadAt } from './price-features.ts'

const inputs: readonly FeatureInput[] = []

const feature = (
  name: string,
  unit: string,
  value: (view: MarketView, i: number) => number,
  missing: Feature['missing'] = 'never',
  reads = inputs,
): Feature => ({
  name,
  unit,
  inputs: reads,
  lookBackMinutes: 0,
  missing,
  compute(view, out) {
    for (let i = 0; i < view.n; i++) out[i] = value(view, i)
  },
})

const toClose = ({ closeMinute, endMinute }: MarketView, i: number) => closeMinute - endMinute[i]!
const civilDay = ({ civil, endMinute }: MarketView, i: number) => civil.dayAt(endMinute[i]!)

/** Never negative: rows after the close are cut before any feature is computed. */
export const minutesToClose = feature('minutes_to_close', 'minutes', toClose, 'critical')
/** log(1 + minutes to the close). */
export const logMinutesToClose = feature('log_minutes_to_close', 'log minutes', (view, i) =>
  Math.log1p(toClose(view, i)),
)
export const minutesToCloseSquared = feature(
  'minutes_to_close_squared',
  'minutes^2',
  (view, i) => toClose(view, i) ** 2,
)
/** A wide spread matters more the longer there is to trade. */
export const minutesXSpread = feature(
  'minutes_x_spread',
  'minutes x cents',
  (view, i) => toClose(view, i) * spreadAt(view, i),
  'optional',
  ['price'],
)

/** Hour of the wall clock, 0 to 23, daylight saving included. */
export const hourOfDayLocal = feature('hour_of_day_local', 'hours', ({ civil, endMinute }, i) =>
  civil.hourAt(endMinute[i]!),
)
/** Minute of the wall clock, 0 to 1439. */
export const minutesSinceMidnightLocal = feature('minutes_since_midnight_local', 'minutes', ({ civil, endMinute }, i) =>
  civil.minuteOfDayAt(endMinute[i]!),
)

/** Of the civil date; Monday 0 to Sunday 6. */
export const dayOfWeekLocal = feature('day_of_week', 'days', (view, i) => dayOfWeek(civilDay(view, i)))
/** 1 on Saturday and Sunday of the civil date. */
export const isWeekend = feature('is_weekend', '1', (view, i) => Number(dayOfWeek(civilDay(view, i)) >= 5))

/** Angle of the event day in a year of 366 days, 1 January at 0. */
const seasonAngle = (day: number) => {
  const year = new Date(day * MS_PER_DAY).getUTCFullYear()
  return (2 * Math.PI * (day - Date.UTC(year, 0, 1) / MS_PER_DAY)) / 366
}
const season = (name: string, wave: (angle: number) => number): Feature => ({
  name,
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'never',
  compute: ({ eventDay }, out) => void out.fill(wave(seasonAngle(eventDay))),
})
/** Position of the event day in the year, as a point on the unit circle. */
export const doySin = season('doy_sin', Math.sin)
export const doyCos = season('doy_cos', Math.cos)
