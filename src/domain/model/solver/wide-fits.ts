import type { ClassWeight } from '../problem.ts'

import type { ColumnRows } from './column-rows.ts'
import { penaltyAt } from './proximal-newton.ts'
import { DEPENDENT, type WorkingSetResult, workingSet } from './working-set.ts'

/** Up to this many columns their Hessian costs less than what it saves. */
const WIDE = 80
/** So many rows per column make a Hessian, which is small then, cheaper than products with the rows. */
const LONG = 25

/** Whether rows are better fitted without a Hessian: bench/solver/crossover.js measures it. */
export const isWide = (rows: number, columns: number) => columns > WIDE && rows <= LONG * columns

/** Fits on the same rows of many columns, and what each leaves for the next. */
export class WideFits {
  readonly #rows: ColumnRows
  readonly #earlier: { readonly classWeight: ClassWeight; readonly loss: number; readonly fit: WorkingSetResult }[] = []

  #dependent = false

  constructor(rows: ColumnRows) {
    this.#rows = rows
  }

  /** True when an earlier fit was given up because columns depend on one another: others on these rows would be too. */
  get dependent(): boolean {
    return this.#dependent
  }

  /**
   * One fit by `workingSet`.
   *
   * @param l1  ρ / (C n)
   * @param l2  (1 − ρ) / (C n)
   * @param start  (β, b) of the columns in use; when undefined, that earlier fit of the same class weight where F is least.
   *   Both use the curvature found there. When null: the base rate, without memory
   * @returns with the reason `DEPENDENT` where another solver should go on
   */
  fit(
    l1: number,
    l2: number,
    classWeight: ClassWeight,
    start: Float64Array | null | undefined,
    tight: boolean,
    maxIterations?: number,
  ): WorkingSetResult {
    this.#rows.weigh(classWeight)
    const best = start === null ? undefined : this.#nearest(classWeight, l1, l2)
    const at = start ?? best?.at ?? this.#baseRate()
    const fit = workingSet(this.#rows, l1, l2, { at, curvature: best?.curvature ?? null }, tight, maxIterations)
    if (fit.reason === DEPENDENT) {
      this.#dependent = this.#dependent || start !== null
      return fit
    }
    const loss = fit.value - penaltyAt(fit.at, l1, l2)
    if (start !== null) this.#earlier.push({ classWeight, loss, fit })
    return fit
  }

  #nearest(classWeight: ClassWeight, l1: number, l2: number): WorkingSetResult | undefined {
    let best: WorkingSetResult | undefined
    let least = Number.POSITIVE_INFINITY
    for (const one of this.#earlier) {
      if (one.classWeight !== classWeight) continue
      const value = one.loss + penaltyAt(one.fit.at, l1, l2)
      if (value < least) [best, least] = [one.fit, value]
    }
    return best
  }

  /** Nothing but the base rate; nothing at all where the offsets hold it already. */
  #baseRate(): Float64Array {
    const { p } = this.#rows.columns
    const at = new Float64Array(p + 1)
    if (this.#rows.hasOffsets) return at
    const share = this.#rows.positiveShare()
    at[p] = Math.log(share / (1 - share))
    return at
  }
}
