import type { FittedWindow, TestRows } from './read-evidence.ts'

/**
 * The test rows of all windows as one set, window after window.
 *
 * Windows that step by less than they test share days: such a row was predicted twice and counts twice, as it does in
 * the windows' own figures; the bootstrap draws its day once, whole.
 */
export function poolRows(fitted: readonly FittedWindow[]): TestRows {
  const all = fitted.map(({ rows }) => rows)
  const n = all.reduce((sum, { label }) => sum + label.length, 0)
  const pooled = {
    day: new Int32Array(n),
    label: new Uint8Array(n),
    p: new Float64Array(n),
    market: new Float64Array(n),
  }
  let at = 0
  for (const rows of all) {
    pooled.day.set(rows.day, at)
    pooled.label.set(rows.label, at)
    pooled.p.set(rows.p, at)
    pooled.market.set(rows.market, at)
    at += rows.label.length
  }
  return pooled
}
