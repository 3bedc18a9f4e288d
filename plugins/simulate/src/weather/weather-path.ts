import { type Random, randomFrom } from 'kwx/random'
import { formatDay } from 'kwx/time'

import { CLIMATE, diurnalShape, STEP_MINUTES, STEPS_PER_DAY, seasonalMean } from './climate.ts'

/** One step of the anomaly: `x' = decay * x + shock * z`, z standard normal. */
export const ANOMALY = {
  decay: Math.exp(-STEP_MINUTES / CLIMATE.anomalyMinutes),
  shock: CLIMATE.anomalySd * Math.sqrt(1 - Math.exp((-2 * STEP_MINUTES) / CLIMATE.anomalyMinutes)),
} as const

/**
 * The weather of consecutive climate days.
 *
 * Index i counts steps of 5 minutes from the first midnight: `temperature[i]` is the mean of the 5 minutes that end
 * there, known then. Climate day d (0, 1, ...) owns the indices 288 d + 1 to 288 (d + 1).
 */
export interface WeatherPath {
  readonly firstDay: number
  readonly days: number
  /** D: the part that everybody knows in advance, shape [288 days + 1], degrees F. */
  readonly forecast: Float64Array
  /** X: the anomaly, same shape, degrees F. */
  readonly anomaly: Float64Array
  /** T = D + X, same shape, degrees F. */
  readonly temperature: Float64Array
  /** Dew point before it is held below the temperature, same shape, degrees F. */
  readonly dewPoint: Float64Array
}

/** The generator of one purpose on one day; the only way randomness enters the simulation. */
export const randomOf = (seed: number, city: string, day: number, purpose: string): Random =>
  randomFrom(`${seed}/${city}/${formatDay(day)}/${purpose}`)

/**
 * Simulates temperature and dew point at 5-minute resolution.
 *
 *     T_i = D_i + X_i
 *     D_i = season(day) + level_i + range_i * shape(hour)         forecast, known in advance
 *     X_i+1 = a X_i + s z_i,   a = exp(-5 / 480),  s^2 = (2.4 F)^2 (1 - a^2)   anomaly, nobody knows it in advance
 *
 * `level` is a day-to-day AR(1) (the air mass), `range` an independent draw per day (clouds); both are interpolated
 * from noon to noon, so that D is continuous. X is a stationary Gaussian Markov chain (an Ornstein-Uhlenbeck process
 * seen every 5 minutes) that runs on over midnight: all the memory that the future of T has of its past is X_i.
 */
export function simulateWeather(seed: number, city: string, firstDay: number, days: number): WeatherPath {
  const normals = dailyNormals(seed, city, firstDay - 1, days + 2)
  const length = days * STEPS_PER_DAY + 1
  const forecast = new Float64Array(length)
  const anomaly = new Float64Array(length)
  const temperature = new Float64Array(length)
  const dewPoint = new Float64Array(length)
  let x = CLIMATE.anomalySd * randomOf(seed, city, firstDay - 1, 'anomaly').normal()
  let random = randomOf(seed, city, firstDay, 'anomaly')
  for (let i = 0; i < length; i++) {
    const day = Math.floor((i - 1) / STEPS_PER_DAY)
    if (i > 0) {
      if ((i - 1) % STEPS_PER_DAY === 0) random = randomOf(seed, city, firstDay + day, 'anomaly')
      x = ANOMALY.decay * x + ANOMALY.shock * random.normal()
    }
    const noons = i / STEPS_PER_DAY + 0.5 // noon of the day before the first is 0
    const before = Math.min(Math.floor(noons), days)
    const mix = (values: Float64Array) => values[before]! + (noons - before) * (values[before + 1]! - values[before]!)
    const hour = ((i % STEPS_PER_DAY) * STEP_MINUTES) / 60
    const level = seasonalMean(firstDay - 1 + noons) + mix(normals.level)
    forecast[i] = level + mix(normals.range) * diurnalShape(hour)
    anomaly[i] = x
    temperature[i] = forecast[i]! + x
    dewPoint[i] = level - mix(normals.dryness)
  }
  return { firstDay, days, forecast, anomaly, temperature, dewPoint }
}

/** Level, half range and dryness (level minus dew point) of consecutive days, each from its own generator. */
function dailyNormals(seed: number, city: string, firstDay: number, days: number) {
  const level = new Float64Array(days)
  const range = new Float64Array(days)
  const dryness = new Float64Array(days)
  const { airMassSd, airMassCorrelation: phi, diurnalMean, diurnalSpread } = CLIMATE
  for (let d = 0; d < days; d++) {
    const random = randomOf(seed, city, firstDay + d, 'air')
    const z = airMassSd * random.normal()
    level[d] = d === 0 ? z : phi * level[d - 1]! + Math.sqrt(1 - phi * phi) * z
    range[d] = diurnalMean + diurnalSpread * (2 * random.uniform() - 1)
    dryness[d] = 6 + 10 * random.uniform()
  }
  return { level, range, dryness }
}
