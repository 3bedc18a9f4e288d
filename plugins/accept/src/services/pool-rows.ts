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
    ticker: new Int32Array(n),
    endMinute: new Int32Array(n),
    p: new Float64Array(n),
    market: new Float64Array(n),
    last: new Float64Array(n),
    middle: new Float64Array(n),
    halfWay: new Float64Array(n),
    hasLast: new Uint8Array(n),
    hasMiddle: new Uint8Array(n),
  } satisfies TestRows
  let at = 0
  for (const rows of all) {
    for (const name of Object.keys(pooled) as (keyof TestRows)[]) pooled[name].set(rows[name], at)
    at += rows.label.length
  }
  return pooled
}
