import { brier, ece, logLoss } from 'kwx/scores'

import type { RowScores, WindowMetrics } from '../reports.ts'

/** The number, or null where it is NaN or infinite: what has no value must not look like one. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Mean and standard deviation with ddof 0 of shape [n]; null for n = 0. */
export function meanStd(values: readonly number[]): { mean: number | null; std: number | null } {
  if (values.length === 0) return { mean: null, std: null }
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return { mean, std: Math.sqrt(squares / values.length) }
}

/** Log loss, Brier score and ECE of probabilities `p` for outcomes `y`; null without rows. */
export const scoresOf = (y: ArrayLike<number>, p: ArrayLike<number>): RowScores => ({
  log_loss: orNull(logLoss(y, p)),
  brier: orNull(brier(y, p)),
  ece: orNull(ece(y, p)),
})

/** Share of rows whose probability lies on the outcome's side of 1/2; 1/2 itself is on neither. Null without rows. */
export function accuracy(y: ArrayLike<number>, p: ArrayLike<number>): number | null {
  let right = 0
  for (let i = 0; i < y.length; i++) if (y[i] === 1 ? p[i]! > 0.5 : p[i]! < 0.5) right++
  return orNull(right / y.length)
}

/** The scores of the windows as `<score>_mean` and `<score>_std`. Windows without rows are left out. */
export function overWindows(scores: readonly RowScores[]): WindowMetrics {
  const of = (score: keyof RowScores) => meanStd(scores.map((row) => row[score]).filter((value) => value !== null))
  const [loss, square, calibration] = [of('log_loss'), of('brier'), of('ece')]
  return {
    log_loss_mean: loss.mean,
    log_loss_std: loss.std,
    brier_mean: square.mean,
    brier_std: square.std,
    ece_mean: calibration.mean,
    ece_std: calibration.std,
  }
}
