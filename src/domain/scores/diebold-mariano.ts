import { studentTwoSided } from './student-t.ts'

/** Test of equal accuracy: is the mean difference of two losses 0? */
export interface DieboldMariano {
  /** Mean difference per day; below 0 the first forecast is better. */
  readonly mean: number
  /** HAC standard error of the mean. */
  readonly standardError: number
  /** mean / standardError. */
  readonly statistic: number
  /** Two-sided, by Student's t with days − 1 degrees of freedom. */
  readonly pValue: number
  readonly days: number
  /** Autocovariances that were counted. */
  readonly lags: number
}

export interface DieboldMarianoOptions {
  /** Days that may depend on each other beyond the same one; ⌊4 (days / 100)^(2/9)⌋ when absent. */
  readonly lags?: number
  /** Weights of the days >= 0, shape [days]; all 1 when absent. */
  readonly weight?: ArrayLike<number>
}

/**
 * Diebold-Mariano test on daily differences of two losses, with Newey-West standard errors.
 *
 * Weather persists, so days in a row are not independent: the long-run variance γ_0 + 2 Σ_k (1 − k/(lags + 1)) γ_k of
 * u_t = w_t (d_t − mean) / mean(w) counts their autocovariances. Lags are days of the series, absent days are skipped.
 * The Student law instead of the normal one is the small-sample correction of Harvey, Leybourne & Newbold.
 *
 * @param difference  loss of the first forecast minus that of the second, one number a day, in order of days
 * @returns NaN for what cannot be said: all of it without days, error and p with fewer than two days, or when all days
 *   have the same difference
 * @throws RangeError when lags is no whole number in [0, days) or a weight's count differs
 * @source Diebold & Mariano 1995; Newey & West 1987, 1994; Harvey, Leybourne & Newbold 1997
 * @cost O(days · lags)
 */
export function dieboldMariano(difference: ArrayLike<number>, options: DieboldMarianoOptions = {}): DieboldMariano {
  const n = difference.length
  const lags = options.lags ?? Math.min(Math.max(0, n - 1), Math.floor(4 * (n / 100) ** (2 / 9)))
  if (!(Number.isInteger(lags) && lags >= 0 && (lags < n || lags === 0))) {
    throw new RangeError(`${lags} lags of ${n} days.`)
  }
  const { weight } = options
  if (weight && weight.length !== n) throw new RangeError(`${n} days but ${weight.length} weights.`)
  let total = 0
  let sum = 0
  let largest = 0
  for (let t = 0; t < n; t++) {
    const w = weight ? weight[t]! : 1
    total += w
    sum += w * difference[t]!
    largest = Math.max(largest, Math.abs(difference[t]!))
  }
  const mean = sum / total
  const u = Float64Array.from(difference, (d, t) => (((weight ? weight[t]! : 1) * n) / total) * (d - mean))
  const varies = u.some((value) => Math.abs(value) > 1e-12 * largest)
  if (n < 2 || !varies) {
    return { mean, standardError: Number.NaN, statistic: Number.NaN, pValue: Number.NaN, days: n, lags }
  }
  let variance = 0
  for (let k = 0; k <= lags; k++) {
    let covariance = 0
    for (let t = k; t < n; t++) covariance += u[t]! * u[t - k]!
    variance += (k === 0 ? 1 : 2 * (1 - k / (lags + 1))) * (covariance / n)
  }
  // Bartlett's weights keep it from being negative, rounding aside.
  const standardError = Math.sqrt(Math.max(0, variance) / n)
  const statistic = mean / standardError
  return { mean, standardError, statistic, pValue: studentTwoSided(statistic, n - 1), days: n, lags }
}

/**
 * The weighted mean of each day, in order of days.
 *
 * @param days  day number of each row, shape [n]
 * @param values  shape [n]
 * @param weight  weights of the rows >= 0, shape [n]; all 1 when absent. Days without weight are left out
 */
export function dailyMeans(
  days: ArrayLike<number>,
  values: ArrayLike<number>,
  weight?: ArrayLike<number>,
): { days: number[]; means: Float64Array; weights: Float64Array } {
  if (days.length !== values.length || (weight && weight.length !== days.length)) {
    throw new RangeError(`${days.length} days but ${values.length} values.`)
  }
  const sums = new Map<number, { sum: number; weight: number }>()
  for (let i = 0; i < days.length; i++) {
    const w = weight ? weight[i]! : 1
    const day = sums.get(days[i]!) ?? { sum: 0, weight: 0 }
    day.sum += w * values[i]!
    day.weight += w
    sums.set(days[i]!, day)
  }
  const ordered = [...sums].filter(([, { weight }]) => weight > 0).sort(([a], [b]) => a - b)
  return {
    days: ordered.map(([day]) => day),
    means: Float64Array.from(ordered, ([, { sum, weight }]) => sum / weight),
    weights: Float64Array.from(ordered, ([, { weight }]) => weight),
  }
}
