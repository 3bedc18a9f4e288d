import type { ClassWeight } from '../problem.ts'

import type { Solution } from './certify.ts'
import { checkParameters, checkRows } from './check-problem.ts'
import { ColumnRows } from './column-rows.ts'
import { fastestKernel, Panels } from './panels.ts'
import { type NewtonResult, penaltyAt, proximalNewton } from './proximal-newton.ts'
import { roughStart } from './rough-start.ts'
import { matrixRows } from './row-source.ts'
import { isWide, WideFits } from './wide-fits.ts'
import { DEPENDENT } from './working-set.ts'

/** Where a fit begins: β of shape [p], and b. */
export interface Start {
  readonly coefficients: ArrayLike<number>
  readonly intercept: number
}

export type Tolerance = 'default' | 'tight'

/** Rows made ready for many fits, and the fits made on them so far. */
interface Prepared {
  readonly n: number
  readonly p: number
  /** Many columns have a solver of their own; null when they are few. */
  readonly wide: WideFits | null
  /** The rows in panels, laid out when they are asked for first. */
  readonly panels: () => Panels
  /** Columns that are not 0 in every row: the others' coefficients are 0. */
  readonly kept: readonly number[]
  readonly earlier: { readonly classWeight: ClassWeight; readonly fit: NewtonResult }[]
}

const FAST = 'fast@1'

/**
 * Checks rows and lays them out for the fast solver.
 *
 * @param x  row-major, shape [n, p], standardised
 * @param y  0 or 1, shape [n]
 * @param weight  of each row, shape [n]; null when all are 1
 * @param offset  log-odds of each row besides the model's, shape [n]; null when all are 0
 * @throws KwxError FIT_SHAPE, FIT_NOT_FINITE, FIT_WEIGHT (exit 1), FIT_SINGLE_CLASS (exit 4)
 * @cost O(n p) time, 8 (n + 256) (p + 4) bytes
 */
export function prepare(
  x: Float64Array,
  n: number,
  p: number,
  y: Uint8Array,
  weight: Float64Array | null = null,
  offset: Float64Array | null = null,
  kernel = fastestKernel,
): Prepared {
  checkRows({ x, n, p, y, weight, offset })
  const source = matrixRows(x, n, p)
  const kept = source.columnsInUse()
  const wide = isWide(n, kept.length) ? new WideFits(new ColumnRows(x, y, kept, weight, offset)) : null
  let laidOut: Panels | undefined
  const panels = () => (laidOut ??= new Panels(source, y, { columns: kept, weight, offset, kernel }))
  if (!wide) panels()
  return { n, p, wide, panels, kept, earlier: [] }
}

/**
 * The optimum of `Problem` on prepared rows by the fast solver.
 *
 * @param C  > 0
 * @param l1Ratio  in [0, 1]
 * @param classWeight  multiplies the weights of the rows
 * @param start  where to begin; when undefined, at that earlier fit of the same class weight where F is least. Both use
 *   the curvature found there. When null: at the base rate and without memory, so that the result depends on nothing else
 * @throws KwxError FIT_PARAMETER (exit 1)
 * @cost warm 1 to 3 passes over the rows, cold 5 to 10, of them 2 to 6 with a Hessian
 */
export function fitPrepared(
  prepared: Prepared,
  C: number,
  l1Ratio: number,
  classWeight: ClassWeight,
  start?: Start | null,
  tolerance: Tolerance = 'default',
  maxIterations?: number,
): Solution {
  checkParameters(C, l1Ratio)
  const { n, p, kept, wide } = prepared
  const scale = 1 / (C * n)
  const [l1, l2] = [scale * l1Ratio, scale * (1 - l1Ratio)]
  const from = start ? compact(start, kept) : start
  const tight = tolerance === 'tight'
  const known = start !== null
  let fit: Outcome | undefined
  if (wide && !(known && wide.dependent)) fit = wide.fit(l1, l2, classWeight, from, tight, maxIterations)
  if (!fit || fit.reason === DEPENDENT) {
    fit = fitPanels(prepared, l1, l2, classWeight, fit?.at ?? from, known, { tight, maxIterations })
  }
  const coefficients = new Float64Array(p)
  kept.forEach((j, k) => {
    coefficients[j] = fit.at[k]!
  })
  const { iterations, converged, reason, kkt, value } = fit
  const intercept = fit.at[kept.length]!
  return { coefficients, intercept, solver: FAST, objective: C * n * value, kkt, iterations, converged, reason }
}

type Outcome = Pick<NewtonResult, 'at' | 'value' | 'kkt' | 'iterations' | 'converged' | 'reason'>

/** @param known  whether earlier fits may be used, and this one by later ones */
function fitPanels(
  prepared: Prepared,
  l1: number,
  l2: number,
  classWeight: ClassWeight,
  start: Float64Array | null | undefined,
  known: boolean,
  options: Parameters<typeof proximalNewton>[4],
): NewtonResult {
  const panels = prepared.panels()
  panels.weigh(classWeight)
  const best = known ? nearest(prepared, classWeight, l1, l2) : undefined
  const warm = start
    ? { at: start, hessian: best?.hessian ?? null }
    : best
      ? { at: best.last.at, known: best.last, hessian: best.hessian }
      : roughStart(panels, l1, l2, baseRate(panels))
  const fit = proximalNewton(panels, l1, l2, warm, options)
  if (known) prepared.earlier.push({ classWeight, fit })
  return fit
}

/** The earlier fit where F is least: what its last pass told is true for any C and ratio, and only the penalty is new. */
function nearest({ earlier }: Prepared, classWeight: ClassWeight, l1: number, l2: number): NewtonResult | undefined {
  let best: NewtonResult | undefined
  let least = Number.POSITIVE_INFINITY
  for (const { fit, classWeight: weight } of earlier) {
    if (weight !== classWeight) continue
    const value = fit.last.loss + penaltyAt(fit.last.at, l1, l2)
    if (value < least) [best, least] = [fit, value]
  }
  return best
}

const compact = ({ coefficients, intercept }: Start, kept: readonly number[]) =>
  Float64Array.from([...kept.map((j) => coefficients[j]!), intercept])

/** Nothing but the base rate; nothing at all where the offsets hold it already. */
function baseRate(panels: Panels): Float64Array {
  const at = new Float64Array(panels.p + 1)
  if (panels.hasOffsets) return at
  const share = panels.positiveShare()
  at[panels.p] = Math.log(share / (1 - share))
  return at
}
