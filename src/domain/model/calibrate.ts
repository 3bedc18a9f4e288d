import type { ProductionConfig } from '../config/production-config.ts'
import { type CountRule, chooseCalibration } from './calibration-rule.ts'
import { chooseByCrossValidation } from './cross-validate-calibrators.ts'
import { fitCalibrator, type HeldOut } from './fit-calibrator.ts'
import type { Calibrator } from './model-file.ts'

/** How a configuration chooses a calibrator; the origin's rule reads its three keys. */
export type CalibrationRule = Pick<ProductionConfig['calibration'], 'rule'> & CountRule

/**
 * The calibrator that the rule gives these rows, and why.
 *
 * `cross-validated` takes the one that scores best on days it was not fitted on; `origin` goes by the counts of rows and
 * days. Equal rows give equal bits, so that a check can do it again.
 *
 * @cost  a fit for `origin`; at most 21 fits of the held-out rows for `cross-validated`
 */
export function calibrate(held: HeldOut, rule: CalibrationRule): { calibrator: Calibrator; reason: string } {
  const { label, day } = held
  const positives = label.reduce((sum, outcome) => sum + outcome, 0)
  const evidence = { days: new Set(Array.from(day)).size, rows: label.length, positives }
  const { method, reason } =
    rule.rule === 'origin' ? chooseCalibration(evidence, rule) : chooseByCrossValidation(held, evidence)
  const { calibrator, flat } = fitCalibrator(method, held)
  return { calibrator, reason: flat ? `${reason}; flat, because the rows contradict the model's order` : reason }
}
