import { fitIsotonic } from './fit-isotonic.ts'
import { fitSigmoid, flatSigmoid } from './fit-sigmoid.ts'
import type { Calibrator } from './model-file.ts'

/** Rows that neither the search nor the coefficients saw. */
export interface HeldOut {
  /** Decision values of the model, log-odds, shape [n]. */
  readonly decision: Float64Array
  /** Outcomes, 0 or 1, shape [n]. */
  readonly label: Uint8Array
  /** Event day of each row, shape [n]. */
  readonly day: ArrayLike<number>
}

/**
 * A calibrator of one kind on some rows. A falling sigmoid would turn the model's order around; the best one that does
 * not is flat, and is marked.
 *
 * @throws KwxError as `checkCalibrationRows`, except for `none`, which needs no rows
 */
export function fitCalibrator(
  method: Calibrator['method'],
  { decision, label }: Pick<HeldOut, 'decision' | 'label'>,
): { calibrator: Calibrator; flat: boolean } {
  if (method === 'none') return { calibrator: { method }, flat: false }
  if (method === 'isotonic') return { calibrator: fitIsotonic(decision, label), flat: false }
  const calibrator = fitSigmoid(decision, label)
  return calibrator.a <= 0 ? { calibrator, flat: false } : { calibrator: flatSigmoid(label), flat: true }
}
