import { type HyperParameters, parametersAt, type SearchConfig } from './space.ts'

/**
 * Every combination of penalty, class weight, l1_ratio and C, path after path: C rises within each, so the penalty falls.
 *
 * `C_values` values of C are evenly spaced on a log scale and `l1_ratio_values` of l1_ratio evenly, the ends of both
 * ranges included; a range of one point gives one value, and `l1` and `l2` have one ratio each.
 */
export function gridPaths({ penalties, search_space, search }: SearchConfig): HyperParameters[][] {
  const { C_min, C_max, l1_ratio_min, l1_ratio_max, class_weight } = search_space
  const Cs = evenly(C_max > C_min ? search.C_values : 1)
  const ratios = evenly(l1_ratio_max > l1_ratio_min ? search.l1_ratio_values : 1)
  return penalties.flatMap((penalty) =>
    class_weight.flatMap((weight) =>
      (penalty === 'elasticnet' ? ratios : [0]).map((ratio) =>
        Cs.map((C) => parametersAt(search_space, penalty, { C, ratio }, weight)),
      ),
    ),
  )
}

const evenly = (count: number) => Array.from({ length: count }, (_, k) => (count === 1 ? 0 : k / (count - 1)))
