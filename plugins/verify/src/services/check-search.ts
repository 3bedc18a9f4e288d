import type { ParametersFile, Trial } from 'kwx/model'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/** How unlikely the emptiest stretch of honestly uniform draws may be before it counts as not searched. */
const SIGNIFICANCE = 1e-4

/**
 * `l1_ratio` was searched over its whole configured range.
 *
 * Honest draws are uniform over the range. The probability that n of them leave a stretch of share g empty somewhere is
 * at most (n + 1)(1 − g)ⁿ; the check fails when the largest empty stretch is less likely than 1 in 10,000. With few
 * trials nothing can be told, and it passes: it never demands more than the draws can show.
 */
export function checkSearchRange({ config, parameters }: WindowEvidence): Finding {
  const { l1_ratio_min: low, l1_ratio_max: high } = config.search_space
  const check = 'search-l1-ratio'
  const drawn = parameters.trials.filter(({ penalty }) => penalty === 'elasticnet').map(({ l1_ratio }) => l1_ratio)
  const outside = drawn.filter((ratio) => !(ratio >= low && ratio <= high))
  if (outside.length > 0) {
    const sentence = `${outside.length} trials lie outside [${low}, ${high}], the first at ${outside[0]}.`
    return { check, passed: false, value: outside.length, threshold: 0, sentence }
  }
  if (!config.penalties.includes('elasticnet') || low === high) {
    const sentence = `The penalties ${config.penalties.join(', ')} and the range [${low}, ${high}] leave nothing to search.`
    return { check, passed: true, value: null, threshold: null, sentence }
  }
  const shares = drawn.map((ratio) => (ratio - low) / (high - low)).sort((a, b) => a - b)
  const ends = [0, ...shares, 1]
  const widest = Math.max(...shares.map((share, k) => share - ends[k]!), 1 - (shares.at(-1) ?? 0))
  const likelihood = Math.min(1, (drawn.length + 1) * (1 - widest) ** drawn.length)
  const passed = likelihood >= SIGNIFICANCE
  const sentence =
    `${drawn.length} draws in [${low}, ${high}] leave at most ${(100 * widest).toFixed(1)} % of it empty in one piece; ` +
    `uniform draws do so with probability up to ${likelihood.toPrecision(2)}.`
  return { check, passed, value: likelihood, threshold: SIGNIFICANCE, sentence }
}

/** Every configured trial is recorded within its bounds, and the model has the parameters of the best. */
export function checkChosen({ config, parameters, model }: WindowEvidence): Finding {
  const { trials, chosen } = parameters
  const problems: string[] = []
  if (trials.length !== config.trials)
    problems.push(`${trials.length} trials are recorded, ${config.trials} are configured`)
  for (const trial of trials) problems.push(...outOfBounds(trial, config))
  const best = bestOf(trials)
  if (best !== chosen) problems.push(`trial ${chosen} was chosen, trial ${best} has the smallest mean Brier score`)
  const { penalty, C, l1_ratio, class_weight } = trials[chosen] ?? {}
  const own = model.hyper_parameters
  if (own.penalty !== penalty || own.C !== C || own.l1_ratio !== l1_ratio || own.class_weight !== class_weight) {
    problems.push(
      `the model has ${JSON.stringify(own)}, trial ${chosen} has ${JSON.stringify({ penalty, C, l1_ratio, class_weight })}`,
    )
  }
  if (parameters.search_days.join() !== model.training.days.join()) {
    problems.push('the search saw other days than the coefficients')
  }
  return noDifference('search-chosen', `Trial ${chosen} of ${trials.length} is the best and the model's`, problems)
}

function outOfBounds(
  { trial, C, penalty, l1_ratio, class_weight, fold_brier, mean_brier }: Trial,
  config: WindowEvidence['config'],
) {
  const { C_min, C_max, class_weight: weights } = config.search_space
  const problems: string[] = []
  if (!(C >= C_min && C <= C_max)) problems.push(`trial ${trial} has C ${C} outside [${C_min}, ${C_max}]`)
  if (!config.penalties.includes(penalty))
    problems.push(`trial ${trial} has penalty ${penalty}, which is not configured`)
  if (!weights.includes(class_weight))
    problems.push(`trial ${trial} has class weight ${class_weight}, which is not configured`)
  if ((penalty === 'l1' && l1_ratio !== 1) || (penalty === 'l2' && l1_ratio !== 0)) {
    problems.push(`trial ${trial} has penalty ${penalty} with l1_ratio ${l1_ratio}`)
  }
  if (mean_brier !== null) {
    const mean = fold_brier.reduce((sum, score) => sum + score, 0) / fold_brier.length
    if (fold_brier.length !== config.cv_splits)
      problems.push(`trial ${trial} has ${fold_brier.length} folds of ${config.cv_splits}`)
    if (mean !== mean_brier) problems.push(`trial ${trial} has mean Brier score ${mean_brier}, its folds give ${mean}`)
  }
  return problems
}

function bestOf(trials: ParametersFile['trials']): number {
  let best = -1
  trials.forEach(({ mean_brier }, k) => {
    if (mean_brier !== null && (best < 0 || mean_brier < trials[best]!.mean_brier!)) best = k
  })
  return best
}
