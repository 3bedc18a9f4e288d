import type { Calibrator } from 'kwx/model'

type Isotonic = Extract<Calibrator, { method: 'isotonic' }>

/** Decision values closer than this are one. */
const SAME = 1e-15

/**
 * Weighted isotonic regression of outcomes on decision values, by pooling adjacent violators.
 *
 * Minimises Σ w_i (y_i − m(f_i))² over non-decreasing m. Equal decision values are averaged first, rows of weight 0 are
 * left out. The result keeps only the two ends of each level, between which the values are equal anyway.
 *
 * @param f  decision values, log-odds, shape [n]
 * @param y  outcomes, shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @throws RangeError without a row of positive weight
 * @source Barlow et al. 1972; checked against scikit-learn 1.2.1 IsotonicRegression
 * @cost O(n log n)
 */
export function fitIsotonic(f: ArrayLike<number>, y: ArrayLike<number>, weight?: ArrayLike<number>): Isotonic {
  const points = distinctPoints(f, y, weight)
  if (points.length === 0) throw new RangeError('Isotonic regression needs at least one row with weight.')

  const levels: { value: number; weight: number; first: number; last: number }[] = []
  points.forEach((point, k) => {
    let level = { value: point.y, weight: point.weight, first: k, last: k }
    for (let below = levels.at(-1); below && below.value >= level.value; below = levels.at(-1)) {
      levels.pop()
      const total = below.weight + level.weight
      const value = (below.value * below.weight + level.value * level.weight) / total
      level = { value, weight: total, first: below.first, last: level.last }
    }
    levels.push(level)
  })

  const xs: number[] = []
  const ys: number[] = []
  for (const { value, first, last } of levels) {
    xs.push(points[first]!.x)
    ys.push(value)
    if (last > first) {
      xs.push(points[last]!.x)
      ys.push(value)
    }
  }
  return { method: 'isotonic', x: xs, y: ys }
}

function distinctPoints(f: ArrayLike<number>, y: ArrayLike<number>, weight?: ArrayLike<number>) {
  const order = Array.from(f, (_, i) => i).filter((i) => !weight || weight[i]! > 0)
  order.sort((a, b) => f[a]! - f[b]! || a - b)
  const points: { x: number; y: number; weight: number }[] = []
  for (const i of order) {
    const w = weight ? weight[i]! : 1
    const last = points.at(-1)
    if (last && f[i]! - last.x < SAME) {
      last.y = (last.y * last.weight + y[i]! * w) / (last.weight + w)
      last.weight += w
    } else {
      points.push({ x: f[i]! + 0, y: y[i]!, weight: w }) // + 0: JSON has no -0
    }
  }
  return points
}
