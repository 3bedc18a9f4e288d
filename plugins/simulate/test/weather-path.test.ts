import { parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import { diurnalShape, STEPS_PER_DAY, seasonalMean } from '../src/weather/climate.ts'
import { ANOMALY, simulateWeather } from '../src/weather/weather-path.ts'

const YEARS = 4
const path = simulateWeather(5, 'simville', parseDay('2021-01-01'), 365 * YEARS)
const { temperature, anomaly, forecast } = path

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)]
  const covariance = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    mean(a.map((value, i) => (value - ma) * (b[i]! - mb)))
  return covariance(x, mx, y, my) / Math.sqrt(covariance(x, mx, x, mx) * covariance(y, my, y, my))
}
const dailyMean = Array.from({ length: 365 * YEARS }, (_, d) =>
  mean(Array.from(temperature.subarray(d * STEPS_PER_DAY + 1, (d + 1) * STEPS_PER_DAY + 1))),
)
const hourOfMaximum = dailyMean.map((_, d) => {
  const day = temperature.subarray(d * STEPS_PER_DAY + 1, (d + 1) * STEPS_PER_DAY + 1)
  return (day.indexOf(day.reduce((a, b) => Math.max(a, b))) + 1) / 12
})

describe('the simulated weather', () => {
  it('is warmer in July than in January by about twice the annual amplitude', () => {
    const ofMonths = (months: readonly number[]) =>
      mean(dailyMean.filter((_, d) => months.includes(new Date((path.firstDay + d) * 86_400_000).getUTCMonth())))
    expect(ofMonths([6]) - ofMonths([0])).toBeGreaterThan(35)
    expect(ofMonths([6]) - ofMonths([0])).toBeLessThan(46)
    expect(seasonalMean(parseDay('2024-07-20'))).toBeGreaterThan(seasonalMean(parseDay('2024-06-20')))
  })

  it('has its warmest moment in the afternoon on most days', () => {
    const afternoons = hourOfMaximum.filter((hour) => hour >= 12 && hour <= 18).length
    expect(afternoons / hourOfMaximum.length).toBeGreaterThan(0.8)
    expect(diurnalShape(15)).toBe(1)
    expect(diurnalShape(6)).toBeCloseTo(-1, 12)
    expect(diurnalShape(0)).toBeCloseTo(diurnalShape(24), 12)
  })

  it('remembers yesterday: daily means without the season have the correlation of air masses', () => {
    const departures = dailyMean.map((value, d) => value - seasonalMean(path.firstDay + d + 0.5))
    const lag1 = correlation(departures.slice(1), departures.slice(0, -1))
    expect(lag1).toBeGreaterThan(0.6)
    expect(lag1).toBeLessThan(0.85)
  })

  it('has an anomaly whose lag-1 correlation and spread are those of the documented process', () => {
    const x = Array.from(anomaly)
    expect(correlation(x.slice(1), x.slice(0, -1))).toBeCloseTo(ANOMALY.decay, 2)
    expect(Math.sqrt(mean(x.map((value) => value * value)))).toBeCloseTo(2.4, 0)
  })

  it('moves less than 2.5 degrees in any 5 minutes, midnight and noon included', () => {
    const largest = temperature
      .subarray(1)
      .reduce((max, value, i) => Math.max(max, Math.abs(value - temperature[i]!)), 0)
    const largestOfForecast = forecast
      .subarray(1)
      .reduce((max, value, i) => Math.max(max, Math.abs(value - forecast[i]!)), 0)
    expect(largest).toBeLessThan(2.5)
    expect(largestOfForecast).toBeLessThan(0.6)
  })
})
