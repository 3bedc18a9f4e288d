import { checkShape, checkValues, isOutcome, isProbability } from './check-columns.ts'
import { LOG_LOSS_CLIP } from './log-loss.ts'

/** Fit and joint test of logit P(y = 1) = a + b · logit(p). */
export interface RecalibrationTest {
  /** a in log-odds, NaN where the likelihood has no maximum. */
  readonly intercept: number
  /** b, without unit, NaN as the intercept. */
  readonly slope: number
  /**
   * Standard error of the slope, clustered by day, at (0, 1) or at the fit, whichever is smaller: the first is inflated
   * by a forecast that is too bold, the second by one that is too timid. Infinity of one day or of constant log-odds.
   */
  readonly slopeError: number
  /** slopeError <= 0.5: the days can tell slope 1 from slope 0. */
  readonly identified: boolean
  /** F statistic of (a, b) = (0, 1), >= 0; NaN of one day or outcome, or where the slope is not identified. */
  readonly statistic: number
  /** Degrees of freedom: 2 and days − 1. */
  readonly degrees: readonly [number, number]
  /** In [0, 1]; NaN as the statistic. */
  readonly pValue: number
  readonly days: number
}

/** At a larger error an interval of two errors about slope 1, calibrated, reaches slope 0, no resolution. */
const MAX_SLOPE_ERROR = 0.5

/** Log-odds of 0.51: prices come in cents, so a common shift of a day by as much is not held against a forecast. */
const CENT = 0.04

/**
 * Joint Wald test of intercept 0 and slope 1 in the logistic regression of outcomes on log-odds, clustered by day.
 *
 * With β = (a, b) of the weighted maximum likelihood, information A and meat B = Σ_g u_g u_gᵀ of the days' scores
 * u_g = Σ w (y − q) (1, logit p), the statistic W = (β − (0, 1))ᵀ A B⁻¹ A (β − (0, 1)) · (G − 1) / G is compared with
 * 2 F(2, G − 1). Against a score test (Hotelling's T² of the u_g at (0, 1)) it has the better power where probabilities
 * are too low, at no larger size. On whole ladders Σ (y − p) is 0 on every day and B has no intercept part; the
 * meat of a shift of each day by 0.04 log-odds is added, which is nothing beside the meat of single brackets.
 *
 * A forecast that separates the outcomes, right on every row, has an infinite slope: its statistic is Infinity.
 *
 * @param day  block of each row, shape [n], whole numbers
 * @param y  outcomes, 0 or 1, both present, shape [n]; of one outcome alone the fit and the statistic are NaN
 * @param p  probabilities in [0, 1], shape [n], clipped to [1e-6, 1 − 1e-6]
 * @param weight  weights > 0, shape [n]
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE
 * @source Cox 1958 (recalibration); Liang & Zeger 1986 (clustered covariance); Cameron & Miller 2015, J. Human
 *   Resources 50(2), eq. 11 and section VI (G / (G − 1) and G − 1 degrees of freedom)
 * @cost O(n · Newton steps), at most 50 steps
 */
export function recalibrationTest({
  day,
  y,
  p,
  weight,
}: {
  day: ArrayLike<number>
  y: ArrayLike<number>
  p: ArrayLike<number>
  weight: ArrayLike<number>
}): RecalibrationTest {
  checkShape({ day, y, p, weight })
  checkValues('day', day, Number.isSafeInteger, 'a whole number')
  checkValues('outcome', y, isOutcome, '0 or 1')
  checkValues('probability', p, isProbability, 'a number in [0, 1]')
  checkValues('weight', weight, (w) => w > 0 && w < Infinity, 'a number above 0')
  const clipped = Float64Array.from(p, (one) => Math.min(1 - LOG_LOSS_CLIP, Math.max(LOG_LOSS_CLIP, one)))
  const x = clipped.map((one) => Math.log(one) - Math.log1p(-one))
  const at = { day, y, x, weight }
  const days = new Set(Array.from(day)).size
  const fit = maximumLikelihood(y, x, weight)
  const fitted = Number.isNaN(fit.slope) ? Infinity : slopeErrorAt(at, days, fit.intercept, fit.slope)
  const slopeError = Math.min(slopeErrorAt(at, days, 0, 1), fitted)
  const identified = slopeError <= MAX_SLOPE_ERROR
  const degrees = [2, Math.max(0, days - 1)] as const
  const about = { slopeError, identified, degrees, days }
  const ones = Array.from(y).reduce((sum, one) => sum + one, 0)
  if (ones === 0 || ones === y.length || !identified || days < 2) {
    return { ...fit, ...about, statistic: Number.NaN, pValue: Number.NaN }
  }
  if (Number.isNaN(fit.slope)) return { ...fit, ...about, statistic: Infinity, pValue: 0 }
  const statistic = wald(at, fit)
  // P(F(2, v) > f) has a closed form.
  const pValue = statistic === Infinity ? 0 : (1 + (2 * statistic) / (days - 1)) ** (-(days - 1) / 2)
  return { ...fit, ...about, statistic, pValue }
}

interface Design {
  readonly day: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly x: Float64Array
  readonly weight: ArrayLike<number>
}

/** Symmetric 2 x 2 matrix. */
type Matrix = readonly [m00: number, m01: number, m11: number]

/** Information and clustered meat at (a, b). */
function sandwich({ day, y, x, weight }: Design, a: number, b: number): { information: Matrix; meat: Matrix } {
  const scores = new Map<number, [number, number]>()
  let [h00, h01, h11] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const q = 1 / (1 + Math.exp(-(a + b * x[i]!)))
    const v = weight[i]! * q * (1 - q)
    h00 += v
    h01 += v * x[i]!
    h11 += v * x[i]! * x[i]!
    let score = scores.get(day[i]!)
    if (!score) scores.set(day[i]!, (score = [0, 0]))
    const residual = weight[i]! * (y[i]! - q)
    score[0] += residual
    score[1] += residual * x[i]!
  }
  const G = scores.size
  let [m00, m01, m11] = [h00 * h00, h00 * h01, h01 * h01].map((one) => (CENT * CENT * one) / G) as [
    number,
    number,
    number,
  ]
  for (const [, [u0, u1]] of [...scores].sort(([one], [other]) => one - other)) {
    m00 += u0 * u0
    m01 += u0 * u1
    m11 += u1 * u1
  }
  const grow = G / (G - 1)
  return { information: [h00, h01, h11], meat: [grow * m00, grow * m01, grow * m11] }
}

/** Sandwich standard error of the slope at (a, b). */
function slopeErrorAt(design: Design, days: number, a: number, b: number): number {
  if (days < 2) return Infinity
  const { information, meat } = sandwich(design, a, b)
  const [h00, h01, h11] = information
  // Variance of the log-odds under the weights of the information, times its sum.
  const spread = h11 - (h01 * h01) / h00
  if (!(spread > 1e-9 * h11)) return Infinity
  const mean = h01 / h00
  const [m00, m01, m11] = meat
  return Math.sqrt(Math.max(0, m11 - 2 * mean * m01 + mean * mean * m00)) / spread
}

/** F statistic of (a, b) = (0, 1). */
function wald(design: Design, { intercept, slope }: { intercept: number; slope: number }): number {
  const { information, meat } = sandwich(design, intercept, slope)
  const [h00, h01, h11] = information
  const [m00, m01, m11] = meat
  const z0 = h00 * intercept + h01 * (slope - 1)
  const z1 = h01 * intercept + h11 * (slope - 1)
  const determinant = m00 * m11 - m01 * m01
  const form = m11 * z0 * z0 - 2 * m01 * z0 * z1 + m00 * z1 * z1
  if (!(determinant > 1e-14 * m00 * m11)) return form > 0 ? Infinity : 0
  return form / determinant / 2
}

/** Weighted logistic regression on x by Newton's method from (0, 1), steps halved until the likelihood rises. */
function maximumLikelihood(
  y: ArrayLike<number>,
  x: Float64Array,
  weight: ArrayLike<number>,
): { intercept: number; slope: number } {
  const none = { intercept: Number.NaN, slope: Number.NaN }
  let [a, b] = [0, 1]
  let value = likelihood(y, x, weight, a, b)
  for (let step = 0; step < 50; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
    for (let i = 0; i < x.length; i++) {
      const q = 1 / (1 + Math.exp(-(a + b * x[i]!)))
      const residual = weight[i]! * (y[i]! - q)
      const v = weight[i]! * q * (1 - q)
      g0 += residual
      g1 += residual * x[i]!
      h00 += v
      h01 += v * x[i]!
      h11 += v * x[i]! * x[i]!
    }
    const determinant = h00 * h11 - h01 * h01
    if (!(determinant > 1e-12 * h00 * h11)) return none
    const da = (h11 * g0 - h01 * g1) / determinant
    const db = (h00 * g1 - h01 * g0) / determinant
    let size = 1
    let next = likelihood(y, x, weight, a + da, b + db)
    while (!(next >= value) && size > 1e-6) {
      size /= 2
      next = likelihood(y, x, weight, a + size * da, b + size * db)
    }
    a += size * da
    b += size * db
    value = next
    if (Math.abs(a) + Math.abs(b) > 1e3) return none
    if (Math.abs(size * da) + Math.abs(size * db) < 1e-9 * (1 + Math.abs(a) + Math.abs(b))) {
      return { intercept: a, slope: b }
    }
  }
  return none
}

function likelihood(y: ArrayLike<number>, x: Float64Array, weight: ArrayLike<number>, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    const t = a + b * x[i]!
    sum -= weight[i]! * (Math.max(0, t) - (y[i] === 1 ? t : 0) + Math.log1p(Math.exp(-Math.abs(t))))
  }
  return sum
}
