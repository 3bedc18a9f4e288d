import { EXIT, KwxError } from 'kwx'
import type { Problem } from 'kwx/model'

const refuse = (code: string, message: string, hint: string, details: Record<string, unknown> = {}) =>
  new KwxError(message, { code, exit: EXIT.error, hint, details })

/**
 * Throws unless the problem has one well-defined finite optimum.
 *
 * @throws KwxError FIT_PARAMETER, FIT_SHAPE, FIT_NOT_FINITE, FIT_WEIGHT (exit 1), FIT_SINGLE_CLASS (exit 4)
 */
export function checkProblem({ x, n, p, y, weight, C, l1Ratio }: Problem): void {
  if (!(C > 0 && C < Number.POSITIVE_INFINITY)) {
    throw refuse(
      'FIT_PARAMETER',
      `C is ${C}, expected a finite number above 0.`,
      'Correct search_space in the configuration.',
    )
  }
  if (!(l1Ratio >= 0 && l1Ratio <= 1)) {
    throw refuse(
      'FIT_PARAMETER',
      `l1_ratio is ${l1Ratio}, expected 0 to 1.`,
      'Correct search_space in the configuration.',
    )
  }
  if (n === 0 || x.length !== n * p || y.length !== n || weight.length !== n) {
    throw refuse(
      'FIT_SHAPE',
      `The design has ${x.length} values, ${y.length} outcomes and ${weight.length} weights; expected ${n} x ${p} and ${n} each, at least one row.`,
      'Build the dataset again with "kwx dataset build --config FILE --force".',
    )
  }
  const bad = x.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    throw refuse(
      'FIT_NOT_FINITE',
      `Row ${Math.floor(bad / p)}, column ${bad % p} of the design is ${x[bad]}, expected a finite number.`,
      'Build the dataset again with "kwx dataset build --config FILE --force".',
      { row: Math.floor(bad / p), column: bad % p },
    )
  }
  const seen = [0, 0]
  for (let i = 0; i < n; i++) {
    if (!(weight[i]! >= 0 && weight[i]! < Number.POSITIVE_INFINITY) || y[i]! > 1) {
      throw refuse(
        'FIT_WEIGHT',
        `Row ${i} has weight ${weight[i]} and outcome ${y[i]}.`,
        'Use finite weights of at least 0 and outcomes 0 or 1.',
      )
    }
    seen[y[i]!]! += weight[i]!
  }
  if (seen[0] === 0 || seen[1] === 0) {
    throw new KwxError(`All ${n} rows with weight have outcome ${seen[0] === 0 ? 1 : 0}; a fit needs both.`, {
      code: 'FIT_SINGLE_CLASS',
      exit: EXIT.evidence,
      hint: 'Take more training days.',
    })
  }
}
