import { brier, ece, logLoss } from '../scores/index.ts'
import type { MetricsFile, Scores } from './pilot-file.ts'

/** Test rows of one window; all arrays have shape [rows]. */
interface JudgedRows {
  readonly day: ArrayLike<number>
  readonly label: ArrayLike<number>
  readonly model: ArrayLike<number>
  readonly uncalibrated: ArrayLike<number>
  readonly market: ArrayLike<number>
}

/** The scores of `metrics.json` without the two figures that come from the model itself. */
export function judgePredictions(
  rows: JudgedRows,
): Pick<MetricsFile, 'rows' | 'days' | 'yes_share'> & Record<'model' | 'uncalibrated' | 'market', Scores> {
  const { label } = rows
  const score = (p: ArrayLike<number>) => ({ log_loss: logLoss(label, p), brier: brier(label, p), ece: ece(label, p) })
  let yes = 0
  for (let i = 0; i < label.length; i++) yes += label[i]!
  return {
    rows: label.length,
    days: new Set(Array.from(rows.day)).size,
    yes_share: yes / label.length,
    model: score(rows.model),
    uncalibrated: score(rows.uncalibrated),
    market: score(rows.market),
  }
}
