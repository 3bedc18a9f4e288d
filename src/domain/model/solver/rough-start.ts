import { WIDE } from './minimise-quadratic.ts'
import type { Panels } from './panels.ts'
import { proximalNewton, type WarmStart } from './proximal-newton.ts'

/** Every 16th panel, then every 4th: half as many Hessians of all rows are taken as without. */
const EVERY = [16, 4] as const
/** What a part of the rows says beyond this is chance. */
const DECREASE = 1e-2

/**
 * Where a fit that knows nothing begins: the optimum of a sixteenth of the rows, followed by that of a quarter.
 *
 * The optimum of k rows lies about (p + 1) / (2 k) above the least mean loss, so one Newton step over all rows leaves next
 * to nothing. `at` itself when there are too few rows, or so many columns that parts of the rows say little.
 *
 * @param at  where the first of them begins
 * @cost 2 to 4 passes over all rows in sum, instead of 4 with their Hessians
 */
export function roughStart(panels: Panels, l1: number, l2: number, at: Float64Array): WarmStart {
  let start: WarmStart = { at, hessian: null }
  if (panels.p + 1 > WIDE) return start
  for (const every of EVERY) {
    const part = panels.sample(every)
    if (!part) continue
    const rough = proximalNewton(part, l1, l2, start, { decrease: DECREASE })
    start = { at: rough.at, hessian: null, isRough: true }
  }
  return start
}
