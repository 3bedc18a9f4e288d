import type { ProductionConfig } from 'kwx/config'
import type { Trial } from 'kwx/model'

/** What a trial tries. */
export type HyperParameters = Pick<Trial, 'penalty' | 'C' | 'l1_ratio' | 'class_weight'>

/** What the search reads of a configuration. */
export type SearchConfig = Pick<
  ProductionConfig,
  'penalties' | 'trials' | 'search_space' | 'search' | 'cv_splits' | 'solver'
> &
  Partial<Pick<ProductionConfig, 'offset'>>

type Space = ProductionConfig['search_space']

/** The two numeric parameters as shares of their ranges: C on a log scale, l1_ratio on its own. */
interface Shares {
  /** In [0, 1]: 0 is C_min, 1 is C_max. */
  readonly C: number
  /** In [0, 1]; read for the penalty `elasticnet` only. */
  readonly ratio: number
}

const within = (low: number, high: number, value: number) => Math.min(high, Math.max(low, value))

/** The parameters at shares of their ranges; both ends are met exactly. `l1` has the ratio 1, `l2` the ratio 0. */
export function parametersAt(
  { C_min, C_max, l1_ratio_min, l1_ratio_max }: Space,
  penalty: HyperParameters['penalty'],
  { C, ratio }: Shares,
  class_weight: HyperParameters['class_weight'],
): HyperParameters {
  const [low, high] = [Math.log(C_min), Math.log(C_max)]
  const value = C === 0 ? C_min : C === 1 ? C_max : within(C_min, C_max, Math.exp(low + C * (high - low)))
  const mixed =
    ratio === 1
      ? l1_ratio_max
      : within(l1_ratio_min, l1_ratio_max, l1_ratio_min + ratio * (l1_ratio_max - l1_ratio_min))
  return { penalty, C: value, l1_ratio: penalty === 'l1' ? 1 : penalty === 'l2' ? 0 : mixed, class_weight }
}

/** Where parameters lie in their ranges; 0 in a range of one point. */
export function sharesOf(
  { C_min, C_max, l1_ratio_min, l1_ratio_max }: Space,
  { C, l1_ratio }: HyperParameters,
): Shares {
  const share = (low: number, high: number, value: number) =>
    high > low ? within(0, 1, (value - low) / (high - low)) : 0
  return {
    C: share(Math.log(C_min), Math.log(C_max), Math.log(C)),
    ratio: share(l1_ratio_min, l1_ratio_max, l1_ratio),
  }
}
