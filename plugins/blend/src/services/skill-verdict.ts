import type { BlendGridFile, BlendInterval, BlendWeight, ReportVerdict } from 'kwx/contracts'

import { MIN_DAYS } from './fit-weight.ts'

/** Windows with test rows below which nothing was delivered on evidence. */
const MIN_WINDOWS = 2

const interval = ({ mean, low, high }: BlendInterval): string =>
  mean === null ? 'unknown' : `${mean.toFixed(4)} [${low?.toFixed(4) ?? 'unknown'}, ${high?.toFixed(4) ?? 'unknown'}]`

/**
 * Whether there is skill over the market: a weight above 0 may be used, so its interval lies above 0, and the delivered probability's log
 * loss is lower than the market's with an interval below 0. Both, because the first alone says that the model knows
 * something, not that what was delivered was better.
 *
 * @param windows  that have test rows
 * @param model  log loss of the model alone minus the market's
 * @param delivered  log loss delivered minus the market's
 */
export function skillVerdict({
  days,
  windows,
  weight,
  model,
  delivered,
}: {
  days: number
  windows: number
  weight: BlendWeight
  model: BlendInterval
  delivered: BlendInterval
}): ReportVerdict {
  if (days < MIN_DAYS || windows < MIN_WINDOWS) {
    const sentence = `${days} test days in ${windows} fitted windows are too few to judge skill; ${MIN_DAYS} days in ${MIN_WINDOWS} windows are needed.`
    return { outcome: 'not-enough-evidence', sentence }
  }
  if (weight.outcome === 'one-class') {
    return { outcome: 'not-enough-evidence', sentence: 'All test rows have one outcome: skill cannot be judged.' }
  }
  const low = weight.low ?? 0
  const found = `weight of the model ${weight.fitted?.toFixed(2) ?? 'none'} [${low.toFixed(2)}, ${weight.high?.toFixed(2) ?? 'none'}], used ${weight.value.toFixed(2)}, log loss delivered minus market ${interval(delivered)}`
  if (weight.value > 0 && delivered.high !== null && delivered.high < 0) {
    return { outcome: 'pass', sentence: `The delivered probability is better than the market: ${found}.` }
  }
  const lost = weight.fitted === 0 || (model.low !== null && model.low > 0)
  const claim = lost && low === 0 ? 'The market is better' : 'No skill over the market is shown'
  return { outcome: 'fail', sentence: `${claim}: ${found}.` }
}

/** The last word: harm first, then skill. */
export function blendVerdict(skill: ReportVerdict, harm: BlendGridFile['no_harm']): ReportVerdict {
  if (harm.outcome === 'fail') return { outcome: 'fail', sentence: harm.sentence }
  return skill
}
