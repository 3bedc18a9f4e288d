import { type Decomposition, decomposeBrier, decomposeLogLoss } from 'kwx/scores'

import type { ScoreParts } from '../reports.ts'
import { orNull } from './figures.ts'

/** What of a score is miscalibration, what discrimination and what the weather's own uncertainty; null without rows. */
export const scoreParts = (y: ArrayLike<number>, p: ArrayLike<number>): ScoreParts => ({
  log_loss: parts(decomposeLogLoss(y, p)),
  brier: parts(decomposeBrier(y, p)),
})

const parts = ({ miscalibration, discrimination, uncertainty }: Decomposition) => ({
  mcb: orNull(miscalibration),
  dsc: orNull(discrimination),
  unc: orNull(uncertainty),
})
