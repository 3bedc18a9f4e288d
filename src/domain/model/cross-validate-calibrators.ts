import { logLoss } from '../scores/log-loss.ts'
import { type CalibrationEvidence, whyNone } from './calibration-rule.ts'
import { applyCalibrator } from './calibrator.ts'
import { fitCalibrator, type HeldOut } from './fit-calibrator.ts'
import { groupFolds } from './group-folds.ts'
import type { Calibrator } from './model-file.ts'

/** Event days below which isotonic regression learns the days by heart: its steps outnumber them. */
const ISOTONIC_DAYS = 40
/** Folds of whole event days; with fewer days each is a fold of its own. */
const FOLDS = 10

/** From the simplest: no parameter, two, as many as the rows ask for. */
const METHODS = ['none', 'sigmoid', 'isotonic'] as const
const NAMES: Readonly<Record<Calibrator['method'], string>> = { none: 'none', sigmoid: 'Platt', isotonic: 'isotonic' }

/**
 * Which calibrator predicts held-out days best that it was not fitted on, and why.
 *
 * Each kind is fitted on all folds but one and scored on that one by log loss, a row like another; the smallest mean
 * wins, the simpler on ties. Folds hold whole event days, because the rows of a day share its weather. The score of
 * isotonic regression is told but does not count below 40 event days.
 *
 * @param evidence  the counts of the same rows
 * @returns the method, and a sentence with the three scores and the number of days
 * @source cross-validated choice of a calibrator as in Niculescu-Mizil & Caruana 2005, section 4, by groups
 * @cost  2 · min(10, days) fits
 */
export function chooseByCrossValidation(
  held: HeldOut,
  evidence: CalibrationEvidence,
): { method: Calibrator['method']; reason: string } {
  const seen = `${evidence.rows} rows of ${evidence.days} event days`
  const lacking = whyNone(evidence)
  if (lacking) return { method: 'none', reason: `${seen}: ${lacking}` }
  const scores = calibratorScores(held, Math.min(FOLDS, evidence.days))
  const mayBeIsotonic = evidence.days >= ISOTONIC_DAYS
  let method: Calibrator['method'] = 'none'
  for (const other of METHODS) {
    if (other === 'isotonic' && !mayBeIsotonic) continue
    if (scores[other] < scores[method]) method = other
  }
  const told = METHODS.map((one) => `${NAMES[one]} ${scores[one].toFixed(4)}`).join(', ')
  const barred = mayBeIsotonic ? '' : ` (not from fewer than ${ISOTONIC_DAYS} event days)`
  return { method, reason: `${seen}: cross-validated log loss ${told}${barred}; ${NAMES[method]} is taken` }
}

/** Mean log loss of each kind of calibrator over the rows, each row predicted by the fit that did not see its day. */
function calibratorScores({ decision, label, day }: HeldOut, folds: number): Record<Calibrator['method'], number> {
  const foldOf = groupFolds(day, folds)
  const rows = Int32Array.from(decision, (_, i) => i)
  const scoreOf = (method: Calibrator['method']) => {
    const p = new Float64Array(decision.length)
    for (let fold = 0; fold < folds; fold++) {
      const fitted = rows.filter((i) => foldOf[i] !== fold)
      const { calibrator } = fitCalibrator(method, {
        decision: Float64Array.from(fitted, (i) => decision[i]!),
        label: Uint8Array.from(fitted, (i) => label[i]!),
      })
      for (const i of rows) if (foldOf[i] === fold) p[i] = applyCalibrator(calibrator, decision[i]!)
    }
    return logLoss(label, p)
  }
  return { none: scoreOf('none'), sigmoid: scoreOf('sigmoid'), isotonic: scoreOf('isotonic') }
}
