import type { ProductionConfig } from 'kwx/config'
import type { Trial } from 'kwx/model'
import type { Random } from 'kwx/random'

export type HyperParameters = Pick<Trial, 'penalty' | 'C' | 'l1_ratio' | 'class_weight'>

/**
 * The configurations that the search will try, drawn before any is fitted.
 *
 * Per trial in this order: penalty, C (log-uniform), l1_ratio (uniform), class weight. All four are always drawn, so a
 * trial does not depend on the penalties of those before it; `l1` then means ratio 1 and `l2` ratio 0.
 */
export function sampleTrials(
  { penalties, trials, search_space }: Pick<ProductionConfig, 'penalties' | 'trials' | 'search_space'>,
  random: Random,
): HyperParameters[] {
  const { C_min, C_max, l1_ratio_min, l1_ratio_max, class_weight } = search_space
  const between = (low: number, high: number, u: number) => Math.min(high, Math.max(low, low + u * (high - low)))
  return Array.from({ length: trials }, () => {
    const penalty = penalties[random.integer(penalties.length)]!
    const logC = between(Math.log(C_min), Math.log(C_max), random.uniform())
    const ratio = between(l1_ratio_min, l1_ratio_max, random.uniform())
    const weight = class_weight[random.integer(class_weight.length)]!
    return {
      penalty,
      C: Math.min(C_max, Math.max(C_min, Math.exp(logC))),
      l1_ratio: penalty === 'l1' ? 1 : penalty === 'l2' ? 0 : ratio,
      class_weight: weight,
    }
  })
}
