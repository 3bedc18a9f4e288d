import { EXIT, KwxError } from '../../base/errors.ts'

const refuse = (code: string, message: string, hint: string, details: Record<string, unknown> = {}) =>
  new KwxError(message, { code, exit: EXIT.error, hint, details })

/**
 * Throws unless a calibrator can be fitted: equal lengths, finite numbers, weights >= 0, one row of positive weight.
 *
 * All decision values equal, or all outcomes, is no error: the best calibrator is then a constant.
 *
 * @throws KwxError CALIBRATE_SHAPE, CALIBRATE_NOT_FINITE, CALIBRATE_WEIGHT (exit 1), CALIBRATE_NO_ROWS (exit 4)
 */
export function checkCalibrationRows(f: ArrayLike<number>, y: ArrayLike<number>, weight?: ArrayLike<number>): void {
  const train = 'Train again with "kwx train --config FILE".'
  if (y.length !== f.length || (weight && weight.length !== f.length)) {
    const found = `${f.length} decision values, ${y.length} outcomes${weight ? `, ${weight.length} weights` : ''}`
    throw refuse('CALIBRATE_SHAPE', `There are ${found}; expected one of each a row.`, train)
  }
  let total = 0
  for (let i = 0; i < f.length; i++) {
    if (!Number.isFinite(f[i]!) || !Number.isFinite(y[i]!)) {
      const found = `decision value ${f[i]} and outcome ${y[i]}`
      throw refuse('CALIBRATE_NOT_FINITE', `Row ${i} has ${found}, expected finite numbers.`, train, { row: i })
    }
    const w = weight ? weight[i]! : 1
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY)) {
      throw refuse('CALIBRATE_WEIGHT', `Row ${i} has weight ${w}.`, 'Use finite weights of at least 0.', { row: i })
    }
    total += w
  }
  if (total > 0) return
  throw new KwxError('A calibrator needs at least one row with weight.', {
    code: 'CALIBRATE_NO_ROWS',
    exit: EXIT.evidence,
    hint: 'Take more training days.',
  })
}
