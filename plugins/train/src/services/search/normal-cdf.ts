/**
 * Distribution function of the standard normal law.
 *
 * Near 0 by the series x + x³/3 + x⁵/(3·5) + ..., which has no cancellation, far out by the continued fraction of the
 * tail, so that small tails keep their relative accuracy.
 *
 * @returns Φ(x) in [0, 1], to about 1e-15; NaN for NaN
 * @source Abramowitz & Stegun 1964, 26.2.11 and 26.2.14
 */
export function normalCdf(x: number): number {
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  if (Math.abs(x) < 3) {
    let term = x
    let sum = x
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (x * x) / k
      sum += term
    }
    return 0.5 + density * sum
  }
  let rest = Math.abs(x)
  for (let k = 60; k >= 1; k--) rest = Math.abs(x) + k / rest
  const tail = density / rest
  return x > 0 ? 1 - tail : tail
}
