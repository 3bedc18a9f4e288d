/**
 * Cholesky factor of a symmetric matrix that is positive but for rounding, in place.
 *
 * A tiny diagonal keeps dependent columns solvable; who uses the factor corrects what it changes.
 *
 * @param a  lower triangle, row-major, shape [size, size]; becomes L
 * @returns the least share of a column's square that those before it do not explain: 0 or rounding where they depend
 * @cost size³ / 6
 */
export function cholesky(a: Float64Array, size: number): number {
  let largest = 0
  for (let j = 0; j < size; j++) largest = Math.max(largest, a[j * size + j]!)
  const jitter = 1e-13 * largest + Number.MIN_VALUE
  let least = 1
  for (let i = 0; i < size; i++) {
    const row = i * size
    const square = a[row + i]!
    for (let j = 0; j <= i; j++) {
      const other = j * size
      const sum = a[row + j]! - dot(a, row, other, j)
      if (i === j && square > 0) least = Math.min(least, sum / square)
      a[row + j] = i === j ? Math.sqrt(Math.max(sum + jitter, jitter)) : sum / a[other + j]!
    }
  }
  return least
}

/** Σ_{k<n} a[i + k] a[j + k] in four sums: one sum would wait for each addition. */
export function dot(a: Float64Array, i: number, j: number, n: number): number {
  // no destructuring: the engine makes an array for it each time
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const whole = n - (n % 4)
  for (let k = 0; k < whole; k += 4) {
    s0 += a[i + k]! * a[j + k]!
    s1 += a[i + k + 1]! * a[j + k + 1]!
    s2 += a[i + k + 2]! * a[j + k + 2]!
    s3 += a[i + k + 3]! * a[j + k + 3]!
  }
  for (let k = whole; k < n; k++) s0 += a[i + k]! * a[j + k]!
  return s0 + s1 + (s2 + s3)
}

/** Solves L Lᵀ v = v in place. Both passes read L by rows. */
export function solveFactored(l: Float64Array, size: number, v: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const row = i * size
    let even = v[i]!
    let odd = 0
    const whole = i - (i % 2)
    for (let k = 0; k < whole; k += 2) {
      even -= l[row + k]! * v[k]!
      odd -= l[row + k + 1]! * v[k + 1]!
    }
    if (whole < i) even -= l[row + whole]! * v[whole]!
    v[i] = (even + odd) / l[row + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = i * size
    const value = v[i]! / l[row + i]!
    v[i] = value
    for (let k = 0; k < i; k++) v[k]! -= value * l[row + k]!
  }
}
