import type { BlendInterval, BlendScores } from 'kwx/contracts'
import { brier, dayBlockBootstrap, ece, logLoss } from 'kwx/scores'

import { DRAWS, LEVEL } from './date-blocks.ts'
import { rowLogLoss } from './day-cells.ts'

/** The number, or null where it is NaN or infinite. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Log loss, Brier score and ECE; null without rows. */
export const scoresOf = (y: ArrayLike<number>, p: ArrayLike<number>): BlendScores => ({
  log_loss: orNull(logLoss(y, p)),
  brier: orNull(brier(y, p)),
  ece: orNull(ece(y, p)),
})

type Loss = (y: number, p: number) => number
export const rowBrier: Loss = (y, p) => (p - y) ** 2

/**
 * Mean over rows of the loss of `p` minus that of `other`, with an interval that draws whole days.
 *
 * Row-wise, as scores are reported: a row's loss counts once, and dates are the sample.
 */
export function differenceOf(
  { day, label }: { readonly day: ArrayLike<number>; readonly label: ArrayLike<number> },
  p: ArrayLike<number>,
  other: ArrayLike<number>,
  seed: number,
  loss: Loss = rowLogLoss,
): BlendInterval {
  if (label.length === 0) return { mean: null, low: null, high: null, reason: 'There are no test rows.' }
  const rows = Float64Array.from(label, (y, i) => loss(y, p[i]!) - loss(y, other[i]!))
  const { mean, low, high } = dayBlockBootstrap(day, rows, { seed, draws: DRAWS, level: LEVEL })
  const reason = Number.isFinite(low) ? null : 'One event day says nothing about the spread between days.'
  return { mean: orNull(mean), low: orNull(low), high: orNull(high), reason }
}
