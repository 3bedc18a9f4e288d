import type { Problem } from 'kwx/model'

/**
 * The problem without the columns that are 0 in every row, such as standardised constants: their coefficients are 0 at
 * the optimum, and a pass costs the square of the columns. Indicators of values that are never missing are many.
 *
 * @returns the smaller problem and where its columns were, or null when no column is 0 everywhere
 */
export function withoutZeroColumns(problem: Problem): { problem: Problem; kept: readonly number[] } | null {
  const { x, n, p } = problem
  const varies = new Uint8Array(p)
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < p; j++, at++) if (x[at] !== 0) varies[j] = 1
  const kept = Array.from(varies.keys()).filter((j) => varies[j] === 1)
  if (kept.length === p) return null
  const smaller = new Float64Array(n * kept.length)
  for (let i = 0, to = 0; i < n; i++) for (const j of kept) smaller[to++] = x[i * p + j]!
  return { problem: { ...problem, x: smaller, p: kept.length }, kept }
}
