import { CLIMATE, STEPS_PER_DAY } from './climate.ts'
import { ANOMALY, type WeatherPath } from './weather-path.ts'

/** Grid points per standard deviation of one step. The greatest error seen: 5e-4 with 2, 1e-4 with 3, 2e-5 with 4. */
const POINTS_PER_SHOCK = 3
const STEP = ANOMALY.shock / POINTS_PER_SHOCK
/** The grid covers 5 stationary standard deviations of the anomaly either way. */
const HALF = Math.ceil((5 * CLIMATE.anomalySd) / STEP)
const POINTS = 2 * HALF + 1
/** Neighbours that one step can reach: 5 standard deviations and the decay at the grid's end. */
const REACH = 5 * POINTS_PER_SHOCK + Math.ceil(HALF * (1 - ANOMALY.decay))
const BAND = 2 * REACH + 1

/**
 * P(the day's maximum stays below an edge | what is known at a step), for the path of one day.
 *
 * What is known at step i is all of the past; by the Markov property only the anomaly X_i and the running maximum
 * R_i matter:
 *
 *     P(max < e | F_i) = 1[R_i < e] u_i(X_i)
 *     u_last(x) = 1,   u_i(x) = integral over x' < e - D_i+1 of  phi((x' - a x) / s) / s  u_i+1(x') dx'
 *
 * and before midnight u_i(x) is the mean of u_midnight under the normal law of X_midnight given X_i = x. It is done on
 * a grid of spacing h = s / 3 by the trapezoid rule, which converges faster than any power of h for Gaussian kernels;
 * where the edge cuts a cell, cubic end weights keep the error at O(h^4). u is smooth across the edge, because it is
 * about later steps only.
 *
 * The official maximum is `floor(max + 1/2)` in whole degrees F, so that it is <= n exactly when max < n + 1/2: the
 * bracket [f, c] has probability P(max < c + 1/2) - P(max < f - 1/2), rounding and the floor set by the running
 * maximum included.
 *
 * @param firstStep  index of the first step that is asked for, from 0 to the day's last
 * @param edges  degrees F, ascending, shape [m]
 * @returns  row-major, shape [steps from firstStep to the day's last, m], in [0, 1] and ascending along a row
 * @cost about 288 m * 7000 multiplications: 10 ms for a ladder of five edges
 */
export function maximumLaw(
  path: WeatherPath,
  dayIndex: number,
  firstStep: number,
  edges: readonly number[],
): Float64Array {
  const midnight = dayIndex * STEPS_PER_DAY
  const last = midnight + STEPS_PER_DAY
  const law = new Float64Array((last - firstStep + 1) * edges.length)
  const running = runningMaximum(path, midnight, last)
  for (const [m, edge] of edges.entries()) {
    let next = new Float64Array(POINTS).fill(1)
    for (let i = last; i >= Math.max(midnight, firstStep); i--) {
      if (i < last) next = stepBack(next, edge - path.forecast[i + 1]!)
      const alive = i === midnight || running[i - midnight - 1]! < edge
      law[(i - firstStep) * edges.length + m] = alive ? probability(valueAt(next, path.anomaly[i]!)) : 0
    }
    // Before midnight nothing is cut off: all steps until then are one normal distribution.
    for (let i = firstStep; i < midnight; i++) {
      law[(i - firstStep) * edges.length + m] = probability(meanLater(next, path.anomaly[i]!, midnight - i))
    }
  }
  return ascending(law, edges.length)
}

/** Greatest temperature of steps midnight + 1 to midnight + k + 1, shape [last - midnight]. */
export function runningMaximum(path: WeatherPath, midnight: number, last: number): Float64Array {
  const running = new Float64Array(last - midnight)
  let max = Number.NEGATIVE_INFINITY
  for (let k = 0; k < running.length; k++) running[k] = max = Math.max(max, path.temperature[midnight + k + 1]!)
  return running
}

/** Weights of the transition density: row i, column k is for the neighbour i - REACH + k; rows sum to 1. */
const kernel = (() => {
  const weights = new Float64Array(POINTS * BAND)
  for (let i = 0; i < POINTS; i++) {
    let sum = 0
    for (let k = 0; k < BAND; k++) {
      const j = i - REACH + k
      if (j < 0 || j >= POINTS) continue
      const z = ((j - HALF - ANOMALY.decay * (i - HALF)) * STEP) / ANOMALY.shock
      sum += weights[i * BAND + k] = Math.exp(-0.5 * z * z)
    }
    for (let k = 0; k < BAND; k++) weights[i * BAND + k]! /= sum
  }
  return weights
})()

/** u_i from u_i+1, where x' must stay below `bound`. */
function stepBack(next: Float64Array<ArrayBuffer>, bound: number): Float64Array<ArrayBuffer> {
  const cut = bound / STEP + HALF // in grid units from the first point
  const weighted = cutAt(next, cut)
  // Late in the evening the edge is out of reach: u falls with x, so that a 1 at the top is 1 everywhere.
  if (weighted === next && next[POINTS - 1] === 1) return next
  const result = new Float64Array(POINTS)
  const highest = Math.min(POINTS - 1, Math.ceil(cut) + 2 + REACH)
  for (let i = 0; i <= highest; i++) {
    let sum = 0
    const from = Math.max(0, REACH - i)
    const until = Math.min(BAND, POINTS + REACH - i)
    for (let k = from; k < until; k++) sum += kernel[i * BAND + k]! * weighted[i - REACH + k]!
    result[i] = Math.max(sum, 0)
  }
  return result
}

/** What the trapezoid sum over all points up to the last lacks, for the last, the one before it and so on. */
const GREGORY = [-1 / 2 - 1 / 12 - 1 / 24 - 19 / 720, 1 / 12 + 2 / 24 + 57 / 720, -1 / 24 - 57 / 720, 19 / 720]

/** The values times the quadrature weights of an integral that ends at `cut`, in grid units. */
function cutAt(values: Float64Array<ArrayBuffer>, cut: number): Float64Array<ArrayBuffer> {
  if (cut >= POINTS - 3) return values
  const m = Math.floor(cut)
  const weighted = values.slice()
  weighted.fill(0, Math.max(0, m + 1))
  if (m < 3) return weighted
  // Gregory's end corrections of third order for the whole cells up to point m ...
  for (let k = 0; k < 4; k++) weighted[m - k]! += GREGORY[k]! * values[m - k]!
  // ... and the cubic through points m - 1 to m + 2 for the part cell from m to the cut.
  const t = cut - m
  const t2 = (t * t) / 2
  const t3 = (t * t * t) / 3
  const t4 = (t * t * t * t) / 4
  weighted[m - 1]! += ((-t4 + 3 * t3 - 2 * t2) / 6) * values[m - 1]!
  weighted[m]! += ((t4 - 2 * t3 - t2 + 2 * t) / 2) * values[m]!
  weighted[m + 1]! += ((-t4 + t3 + 2 * t2) / 2) * values[m + 1]!
  weighted[m + 2]! += ((t4 - t2) / 6) * values[m + 2]!
  return weighted
}

/** Cubic interpolation of grid values at an anomaly; held constant beyond the grid. */
function valueAt(values: Float64Array, anomaly: number): number {
  const at = Math.min(POINTS - 2, Math.max(1, anomaly / STEP + HALF))
  const m = Math.min(POINTS - 3, Math.floor(at))
  const t = at - m
  return (
    (-t * (t - 1) * (t - 2) * values[m - 1]!) / 6 +
    ((t + 1) * (t - 1) * (t - 2) * values[m]!) / 2 -
    ((t + 1) * t * (t - 2) * values[m + 1]!) / 2 +
    ((t + 1) * t * (t - 1) * values[m + 2]!) / 6
  )
}

const probability = (p: number): number => Math.min(1, Math.max(0, p))

/** Mean of grid values where the anomaly is `steps` steps after it was `anomaly`. */
function meanLater(values: Float64Array, anomaly: number, steps: number): number {
  const decay = ANOMALY.decay ** steps
  const spread = CLIMATE.anomalySd * Math.sqrt(1 - decay * decay)
  let sum = 0
  let weight = 0
  for (let j = 0; j < POINTS; j++) {
    const z = ((j - HALF) * STEP - decay * anomaly) / spread
    const density = Math.exp(-0.5 * z * z)
    weight += density
    sum += density * values[j]!
  }
  return sum / weight
}

/** Takes out what rounding leaves of a descent along a row, so that no bracket gets a negative probability. */
function ascending(law: Float64Array, m: number): Float64Array {
  for (let i = 0; i < law.length; i++) if (i % m !== 0 && law[i]! < law[i - 1]!) law[i] = law[i - 1]!
  return law
}
