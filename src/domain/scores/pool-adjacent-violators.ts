import { sameLength } from './same-length.ts'

/** A stretch of x over which the isotonic fit is constant. */
interface Level {
  readonly value: number
  readonly weight: number
  /** The smallest and the largest x of its rows. */
  readonly low: number
  readonly high: number
}

/** Values of x closer than this are one, as in scikit-learn. */
const SAME = 1e-15

/**
 * The levels of the weighted isotonic regression of y on x, by pooling adjacent violators.
 *
 * Minimises Σ w_i (y_i − m(x_i))² over non-decreasing m; for outcomes 0 and 1 the same m minimises every proper score,
 * log loss included. Rows of equal x are averaged first, rows of weight 0 are left out.
 *
 * @param x  shape [n], finite
 * @param y  shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent
 * @returns levels with rising x and strictly rising values; none without a row of positive weight
 * @throws RangeError when the lengths differ
 * @source Ayer et al. 1955; Barlow et al. 1972; checked against scikit-learn 1.2.1 IsotonicRegression to 1e-12
 * @cost O(n log n)
 */
export function poolAdjacentViolators(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weight?: ArrayLike<number>,
): readonly Level[] {
  sameLength(y, x, weight)
  const levels: Level[] = []
  for (const point of distinctPoints(x, y, weight)) {
    let level: Level = point
    for (let below = levels.at(-1); below && below.value >= level.value; below = levels.at(-1)) {
      levels.pop()
      const total = below.weight + level.weight
      const value = (below.value * below.weight + level.value * level.weight) / total
      level = { value, weight: total, low: below.low, high: level.high }
    }
    levels.push(level)
  }
  return levels
}

function distinctPoints(x: ArrayLike<number>, y: ArrayLike<number>, weight?: ArrayLike<number>): Level[] {
  const order = Array.from(x, (_, i) => i).filter((i) => !weight || weight[i]! > 0)
  order.sort((a, b) => x[a]! - x[b]! || a - b)
  const points: { value: number; weight: number; low: number; high: number }[] = []
  for (const i of order) {
    const w = weight ? weight[i]! : 1
    const last = points.at(-1)
    if (last && x[i]! - last.low < SAME) {
      last.value = (last.value * last.weight + y[i]! * w) / (last.weight + w)
      last.weight += w
    } else {
      const at = x[i]! + 0 // JSON has no -0
      points.push({ value: y[i]!, weight: w, low: at, high: at })
    }
  }
  return points
}
