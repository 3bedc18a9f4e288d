import { EXIT, KwxError } from '../../../base/errors.ts'
import type { Problem } from '../problem.ts'

const refuse = (code: string, message: string, hint: string, details: Record<string, unknown> = {}) =>
  new KwxError(message, { code, exit: EXIT.error, hint, details })

const CORRECT = 'Correct search_space in the configuration.'
const REBUILD = 'Build the dataset again with "kwx dataset build --config FILE --force".'

/** @throws KwxError FIT_PARAMETER (exit 1) unless C is finite and above 0 and l1_ratio is in [0, 1] */
export function checkParameters(C: number, l1Ratio: number): void {
  if (!(C > 0 && C < Number.POSITIVE_INFINITY)) {
    throw refuse('FIT_PARAMETER', `C is ${C}, expected a finite number above 0.`, CORRECT)
  }
  if (!(l1Ratio >= 0 && l1Ratio <= 1)) {
    throw refuse('FIT_PARAMETER', `l1_ratio is ${l1Ratio}, expected 0 to 1.`, CORRECT)
  }
}

/** Log-odds beyond this are no forecast, and their exponentials would overflow. */
const LARGEST_OFFSET = 500

/** Values of a design beyond it are refused: sums over rows of their products with others could overflow. */
const LARGEST = 1e100
/** Takes what is above 1.8 LARGEST to infinity. */
const BLOW_UP = 1e208

/** A sum of v − v is 0 as long as no v is NaN or infinite: one test for many values. */
function firstUnfit(x: Float64Array): number {
  let sum = 0
  for (let k = 0; k < x.length; k++) {
    const value = BLOW_UP * x[k]!
    sum += value - value
  }
  return sum === 0 ? -1 : x.findIndex((value) => !(Math.abs(value) <= LARGEST))
}

type Rows = Pick<Problem, 'x' | 'n' | 'p' | 'y'> & {
  readonly weight: Float64Array | null
  readonly offset: Float64Array | null
}

/**
 * Throws unless the rows give a fit one finite optimal value.
 *
 * @param weight  null when all are 1
 * @param offset  null when all are 0
 * @throws KwxError FIT_SHAPE, FIT_NOT_FINITE, FIT_TOO_LARGE, FIT_WEIGHT (exit 1), FIT_SINGLE_CLASS (exit 4)
 * @cost O(n p)
 */
export function checkRows({ x, n, p, y, weight, offset }: Rows): void {
  if (n === 0 || x.length !== n * p || y.length !== n || (weight && weight.length !== n)) {
    throw refuse(
      'FIT_SHAPE',
      `The design has ${x.length} values, ${y.length} outcomes and ${weight?.length ?? n} weights; expected ${n} x ${p} and ${n} each, at least one row.`,
      REBUILD,
    )
  }
  const k = firstUnfit(x)
  if (k >= 0) {
    const [row, column] = [Math.floor(k / p), k % p]
    const where = `Row ${row}, column ${column} of the design is ${x[k]}, expected`
    if (!Number.isFinite(x[k])) {
      throw refuse('FIT_NOT_FINITE', `${where} a finite number.`, REBUILD, { row, column })
    }
    const hint = 'Standardise the columns, or leave this one out.'
    throw refuse('FIT_TOO_LARGE', `${where} at most ${LARGEST} in size.`, hint, { row, column })
  }
  if (offset) checkOffset(offset, n)
  checkOutcomes({ n, y, weight })
}

/** @throws KwxError FIT_SHAPE, FIT_NOT_FINITE (exit 1) */
function checkOffset(offset: Float64Array, n: number): void {
  if (offset.length !== n) {
    throw refuse('FIT_SHAPE', `There are ${offset.length} offsets for ${n} rows.`, REBUILD)
  }
  const row = offset.findIndex((value) => !(Math.abs(value) <= LARGEST_OFFSET))
  if (row >= 0) {
    throw refuse(
      'FIT_NOT_FINITE',
      `The offset of row ${row} is ${offset[row]}, expected log-odds of at most ${LARGEST_OFFSET} in size.`,
      'Keep prices away from 0 and 1 before their log-odds are taken.',
      { row },
    )
  }
}

/** @throws KwxError FIT_WEIGHT (exit 1), FIT_SINGLE_CLASS (exit 4) */
function checkOutcomes({ n, y, weight }: Pick<Rows, 'n' | 'y' | 'weight'>): void {
  const seen = [0, 0]
  for (let i = 0; i < n; i++) {
    const w = weight ? weight[i]! : 1
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY) || y[i]! > 1) {
      throw refuse(
        'FIT_WEIGHT',
        `Row ${i} has weight ${w} and outcome ${y[i]}.`,
        'Use finite weights of at least 0 and outcomes 0 or 1.',
      )
    }
    seen[y[i]!]! += w
  }
  if (seen[0] === 0 || seen[1] === 0) {
    throw new KwxError(`All ${n} rows with weight have outcome ${seen[0] === 0 ? 1 : 0}; a fit needs both.`, {
      code: 'FIT_SINGLE_CLASS',
      exit: EXIT.evidence,
      hint: 'Take more training days.',
    })
  }
}

/** Both checks. */
export function checkProblem(problem: Problem): void {
  checkParameters(problem.C, problem.l1Ratio)
  checkRows({ ...problem, offset: problem.offset ?? null })
}
