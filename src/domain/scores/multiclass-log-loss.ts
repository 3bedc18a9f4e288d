import { LOG_LOSS_CLIP } from './log-loss.ts'
import type { LadderForecast } from './ranked-probability-score.ts'

/**
 * Mean negative log-likelihood of the brackets that settled YES: (Σ w_e · −log p_e[outcome]) / Σ w_e.
 *
 * One ladder is one outcome among K, so a mistake costs once; the mean of its brackets' own log losses counts it in
 * every bracket.
 *
 * @param clip  default 1e-6, as in `logLoss`
 * @returns nats per ladder; NaN without a ladder of positive weight
 * @throws RangeError when an outcome is no index or a value is no probability
 */
export function multiclassLogLoss(ladders: readonly LadderForecast[], clip: number = LOG_LOSS_CLIP): number {
  let sum = 0
  let total = 0
  for (const { p, outcome, weight = 1 } of ladders) {
    const probability = p[outcome]
    if (probability === undefined) throw new RangeError(`Outcome ${outcome} is none of ${p.length} brackets.`)
    if (!(probability >= 0 && probability <= 1)) throw new RangeError(`${probability} is not a probability.`)
    sum -= weight * Math.log(Math.max(clip, probability))
    total += weight
  }
  return sum / total
}
