import { checkCalibrationRows } from './check-calibration-rows.ts'
import type { Calibrator } from './model-file.ts'
import { softplus } from './probability.ts'

type Sigmoid = Extract<Calibrator, { method: 'sigmoid' }>

const MAX_ITERATIONS = 200

/**
 * Platt's sigmoid p = 1 / (1 + e^(a f + b)), by Newton with halved steps.
 *
 * Minimises −Σ w_i [t_i log p_i + (1 − t_i) log(1 − p_i)] with Platt's targets t = (n₊ + 1)/(n₊ + 2) for outcome 1 and
 * 1/(n₋ + 2) for outcome 0, where n± are the weights of the classes: the optimum is finite even for separable rows, and
 * where all outcomes are equal. Where all decision values are equal a and b are not unique, their probability there is.
 *
 * @param f  decision values, log-odds, shape [n]
 * @param y  outcomes 0 or 1, shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @throws KwxError as `checkCalibrationRows`
 * @source Platt 1999; Lin, Lin & Weng 2007 for the numerics; checked against scikit-learn 1.2.1 _SigmoidCalibration
 * @cost O(n) per iteration, about ten
 */
export function fitSigmoid(f: ArrayLike<number>, y: ArrayLike<number>, weight?: ArrayLike<number>): Sigmoid {
  checkCalibrationRows(f, y, weight)
  const n = f.length
  const w = (i: number) => (weight ? weight[i]! : 1)
  let positives = 0
  let negatives = 0
  let scale = 1
  for (let i = 0; i < n; i++) {
    if (y[i] === 1) positives += w(i)
    else negatives += w(i)
    if (w(i) > 0) scale = Math.max(scale, Math.abs(f[i]!))
  }
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (negatives + 2)
  const target = (i: number) => (y[i] === 1 ? high : low)
  // In units of the largest |f|, so that one jitter fits both parameters.
  const g = (i: number) => f[i]! / scale

  const loss = (a: number, b: number) => {
    let sum = 0
    for (let i = 0; i < n; i++) {
      const u = a * g(i) + b
      sum += w(i) * (softplus(u) - (1 - target(i)) * u)
    }
    return sum
  }
  let a = 0
  let b = Math.log((negatives + 1) / (positives + 1))
  let value = loss(a, b)
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12]
    for (let i = 0; i < n; i++) {
      const u = a * g(i) + b
      const q = 1 / (1 + Math.exp(-u)) // probability of outcome 0
      const r = w(i) * (q - (1 - target(i)))
      const s = w(i) * q * (1 - q)
      ga += r * g(i)
      gb += r
      haa += s * g(i) * g(i)
      hab += s * g(i)
      hbb += s
    }
    if (Math.max(Math.abs(ga), Math.abs(gb)) <= 1e-13 * (positives + negatives)) break
    const determinant = haa * hbb - hab * hab
    const da = -(hbb * ga - hab * gb) / determinant
    const db = -(haa * gb - hab * ga) / determinant
    let step = 1
    let next = loss(a + da, b + db)
    while (!(next <= value) && step > 1e-12) {
      step /= 2
      next = loss(a + step * da, b + step * db)
    }
    if (!(next <= value)) break
    a += step * da
    b += step * db
    if (next === value && step < 1) break
    value = next
  }
  return { method: 'sigmoid', a: a / scale + 0, b: b + 0 }
}

/** The best sigmoid that does not depend on f: what remains where the held-out days contradict the model's order. */
export function flatSigmoid(y: ArrayLike<number>): Sigmoid {
  let positives = 0
  for (let i = 0; i < y.length; i++) positives += y[i]!
  const negatives = y.length - positives
  const zeros = (positives * 1) / (positives + 2) + (negatives * (negatives + 1)) / (negatives + 2)
  return { method: 'sigmoid', a: 0, b: Math.log(zeros / (y.length - zeros)) }
}
