/**
 * Quantile by linear interpolation between order statistics (Hyndman & Fan's type 7).
 *
 * @param sorted  ascending, shape [n], n >= 1; infinite values stay where they are
 * @param q  in [0, 1]
 */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
}
