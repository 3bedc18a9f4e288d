import type { ProductionConfig } from '../config/production-config.ts'
import { chooseCalibration } from './calibration-rule.ts'
import { fitIsotonic } from './fit-isotonic.ts'
import { fitSigmoid, flatSigmoid } from './fit-sigmoid.ts'
import type { Calibrator } from './model-file.ts'

/** Rows that neither the search nor the coefficients saw. */
interface HeldOut {
  /** Decision values of the model, shape [n]. */
  readonly decision: Float64Array
  /** Outcomes, shape [n]. */
  readonly label: Uint8Array
  /** Distinct event days among the rows. */
  readonly days: number
}

/**
 * The calibrator that the rule allows for these rows, and why.
 *
 * A falling sigmoid would turn the model's order around; the best one that does not is flat.
 */
export function calibrate(
  { decision, label, days }: HeldOut,
  rule: ProductionConfig['calibration'],
): { calibrator: Calibrator; reason: string } {
  const positives = label.reduce((sum, outcome) => sum + outcome, 0)
  const { method, reason } = chooseCalibration({ days, rows: label.length, positives }, rule)
  if (method === 'none') return { calibrator: { method }, reason }
  if (method === 'isotonic') return { calibrator: fitIsotonic(decision, label), reason }
  const calibrator = fitSigmoid(decision, label)
  if (calibrator.a <= 0) return { calibrator, reason }
  return { calibrator: flatSigmoid(label), reason: `${reason}; flat, because the rows contradict the model's order` }
}
