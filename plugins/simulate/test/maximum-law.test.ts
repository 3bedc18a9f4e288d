import { randomFrom } from 'kwx/random'
import { parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'
import { CLIMATE, STEPS_PER_DAY } from '../src/weather/climate.ts'
import { maximumLaw, runningMaximum } from '../src/weather/maximum-law.ts'
import { ANOMALY, simulateWeather } from '../src/weather/weather-path.ts'

const path = simulateWeather(8, 'simville', parseDay('2023-05-01'), 4)
const midnight = 2 * STEPS_PER_DAY
const peak = path.forecast.subarray(midnight + 1, midnight + STEPS_PER_DAY + 1).reduce((a, b) => Math.max(a, b))
const edges = [-3, -1, 1, 3, 5].map((above) => Math.round(peak) + above + 0.5)
const firstStep = midnight - 120
const law = maximumLaw(path, 2, firstStep, edges)
const at = (step: number, edge: number) => law[(step - firstStep) * edges.length + edge]!

/** The share of `n` futures, drawn step by step from the documented process, that stay below the edge. */
function simulated(step: number, edge: number, n: number): number {
  const random = randomFrom(`futures/${step}`)
  const past = step > midnight ? runningMaximum(path, midnight, step).at(-1)! : Number.NEGATIVE_INFINITY
  let below = 0
  for (let k = 0; k < n; k++) {
    let x = path.anomaly[step]!
    let max = past
    for (let i = step + 1; i <= midnight + STEPS_PER_DAY; i++) {
      x = ANOMALY.decay * x + ANOMALY.shock * random.normal()
      if (i > midnight) max = Math.max(max, path.forecast[i]! + x)
    }
    if (max < edge) below++
  }
  return below / n
}

describe('maximumLaw', () => {
  it.each([-120, 0, 96, 144, 168, 200])('agrees with 5,000 simulated futures at step %i of the day', (k) => {
    for (const [m, edge] of edges.entries()) {
      const p = at(midnight + k, m)
      const tolerance = 4.5 * Math.sqrt(Math.max(p * (1 - p), 1e-4) / 5000)
      expect(Math.abs(simulated(midnight + k, edge, 5000) - p), `edge ${edge}, p ${p}`).toBeLessThan(tolerance)
    }
  })

  it('is a normal distribution to 2e-4 where only one step of the day can be the warmest', () => {
    // A frozen day but for step `warm`: what decides is X there, normal given any earlier X.
    const warm = 170
    const forecast = new Float64Array(2 * STEPS_PER_DAY + 1).fill(-1000)
    forecast[STEPS_PER_DAY + warm] = 60
    const frozen = { ...path, days: 2, forecast, temperature: forecast.map((value, i) => value + path.anomaly[i]!) }
    for (const k of [-120, -1, 0, 1, 90, 150, 168, 169]) {
      const step = STEPS_PER_DAY + k
      const decay = ANOMALY.decay ** (warm - k)
      const centre = 60 + decay * path.anomaly[step]!
      const spread = CLIMATE.anomalySd * Math.sqrt(1 - decay * decay)
      const near = [-1.7, -0.6, 0.05, 0.4, 2.2].map((z) => centre + z * spread)
      const row = maximumLaw(frozen, 1, step, near)
      for (const [m, edge] of near.entries()) {
        expect(Math.abs(row[m]! - normalBelow((edge - centre) / spread)), `step ${k}, edge ${m}`).toBeLessThan(2e-4)
      }
    }
  })

  it('rises along the edges and lies in [0, 1]', () => {
    for (let i = 0; i < law.length; i++) {
      expect(law[i]!).toBeGreaterThanOrEqual(i % edges.length === 0 ? 0 : law[i - 1]!)
      expect(law[i]!).toBeLessThanOrEqual(1)
    }
  })

  it('is 0 below the running maximum and 0 or 1 once the day is over', () => {
    const last = midnight + STEPS_PER_DAY
    const running = runningMaximum(path, midnight, last)
    for (const [m, edge] of edges.entries()) {
      for (let k = 1; k <= STEPS_PER_DAY; k++) if (running[k - 1]! >= edge) expect(at(midnight + k, m)).toBe(0)
      expect(at(last, m)).toBe(running.at(-1)! < edge ? 1 : 0)
    }
  })
})

/** Standard normal distribution function by Simpson's rule from -8. */
function normalBelow(z: number): number {
  const n = 4000
  const h = (z + 8) / n
  const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  let sum = density(-8) + density(z)
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * density(-8 + i * h)
  return (sum * h) / 3
}
