import type { Random } from 'kwx/random'

import { type HyperParameters, parametersAt, type SearchConfig } from './space.ts'

/**
 * The first draws of a search, spread evenly: a Latin hypercube.
 *
 * Of n draws one lies in each n-th of the range of log C, and of the m with an elastic-net penalty one in each m-th of
 * the range of l1_ratio, so that no stretch longer than 2/m is left out, by design and not by luck. Penalties and class
 * weights come up equally often, to within one. The order is random.
 *
 * @source McKay, Beckman & Conover 1979
 */
export function startupDraws(
  { penalties, trials, search_space, search }: SearchConfig,
  random: Random,
): HyperParameters[] {
  const n = Math.min(trials, search.startup_trials)
  const equally = <T>(values: readonly T[]) =>
    random.shuffled(Array.from({ length: n }, (_, k) => values[k % values.length]!))
  const shares = stratified(n, random)
  const penalty = equally(penalties)
  const weight = equally(search_space.class_weight)
  const ratios = stratified(penalty.filter((one) => one === 'elasticnet').length, random)
  return shares.map((C, k) => {
    const ratio = penalty[k] === 'elasticnet' ? ratios.pop()! : 0
    return parametersAt(search_space, penalty[k]!, { C, ratio }, weight[k]!)
  })
}

/** n uniform draws, one from each n-th of [0, 1), in random order. */
const stratified = (n: number, random: Random) =>
  random.shuffled(Array.from({ length: n }, (_, k) => k)).map((k) => (k + random.uniform()) / n)
