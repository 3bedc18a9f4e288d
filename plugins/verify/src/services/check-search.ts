import { canonicalJson } from 'kwx/artefacts'
import type { ParametersFile, Trial } from 'kwx/model'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/**
 * `l1_ratio` was searched over its whole configured range.
 *
 * What a method promises before it has learned anything is held against what it did: of m startup draws one lies in each
 * m-th of the range, so no stretch of more than 2/m may be empty; k values of a grid leave 1/(k − 1) between them. Later
 * draws of `trials` go where the good ones were and prove nothing, so they are not counted.
 */
export function checkSearchRange({ config, parameters }: WindowEvidence): Finding {
  const { penalties, search, search_space } = config
  const { l1_ratio_min: low, l1_ratio_max: high } = search_space
  const check = 'search-l1-ratio'
  const mixed = (trials: readonly Trial[]) =>
    trials.filter(({ penalty }) => penalty === 'elasticnet').map(({ l1_ratio }) => l1_ratio)
  const outside = mixed(parameters.trials).filter((ratio) => !(ratio >= low && ratio <= high))
  if (outside.length > 0) {
    const sentence = `${outside.length} trials lie outside [${low}, ${high}], the first at ${outside[0]}.`
    return { check, passed: false, value: outside.length, threshold: 0, sentence }
  }
  if (!penalties.includes('elasticnet') || low === high) {
    const sentence = `The penalties ${penalties.join(', ')} and the range [${low}, ${high}] leave nothing to search.`
    return { check, passed: true, value: null, threshold: null, sentence }
  }
  const isTrials = search.method === 'trials'
  const startup = Math.min(config.trials, search.startup_trials)
  const drawn = mixed(isTrials ? parameters.trials.slice(0, startup) : parameters.trials)
  // Penalties take turns, so that many draws at least must have been elastic net.
  const due = Math.floor(startup / penalties.length)
  const threshold = isTrials ? Math.min(1, 2 / Math.max(1, due)) : 1 / (search.l1_ratio_values - 1)
  const widest = widestGap(drawn.map((ratio) => (ratio - low) / (high - low)))
  const what = isTrials ? `${drawn.length} startup draws` : `${drawn.length} points of the ${search.method}`
  const sentence =
    `${what} in [${low}, ${high}] leave at most ${(100 * widest).toFixed(1)} % of it empty in one piece; ` +
    `${(100 * threshold).toFixed(1)} % is what ${isTrials ? 'evenly spread draws' : 'even steps'} can leave.`
  return { check, passed: widest <= threshold * (1 + 1e-9), value: widest, threshold, sentence }
}

/** The longest stretch of [0, 1] without a share, ends included; 1 without any. */
function widestGap(shares: readonly number[]): number {
  const ends = [0, ...[...shares].sort((a, b) => a - b), 1]
  return Math.max(...ends.slice(1).map((share, k) => share - ends[k]!))
}

/** How many trials the configured method makes. */
function trialsDue({ penalties, trials, search, search_space }: WindowEvidence['config']): number {
  if (search.method === 'trials') return trials
  const { C_min, C_max, l1_ratio_min, l1_ratio_max, class_weight } = search_space
  const ratios = l1_ratio_max > l1_ratio_min ? search.l1_ratio_values : 1
  const lines = penalties.reduce((sum, penalty) => sum + (penalty === 'elasticnet' ? ratios : 1), 0)
  return (C_max > C_min ? search.C_values : 1) * lines * class_weight.length
}

/** Every configured trial is recorded within its bounds, and the model has the parameters of the best. */
export function checkChosen({ config, parameters, model }: WindowEvidence): Finding {
  const { trials, chosen } = parameters
  const problems: string[] = []
  const { method, objective } = config.search
  if (parameters.method !== method) problems.push(`the search was by ${parameters.method}, ${method} is configured`)
  if (parameters.objective !== objective) {
    problems.push(`the trials were scored by ${parameters.objective}, ${objective} is configured`)
  }
  const due = trialsDue(config)
  if (trials.length !== due) problems.push(`${trials.length} trials are recorded, ${due} are configured`)
  if (method !== 'trials') problems.push(...repeated(trials))
  for (const trial of trials) problems.push(...outOfBounds(trial, config))
  const best = bestOf(trials)
  if (best !== chosen) problems.push(`trial ${chosen} was chosen, trial ${best} has the smallest ${objective}`)
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

/** Points of a grid that came up twice: with the right number of points another one is missing. */
function repeated(trials: readonly Trial[]): string[] {
  const seen = new Set<string>()
  return trials.flatMap(({ trial, penalty, C, l1_ratio, class_weight }) => {
    const point = JSON.stringify([penalty, C, l1_ratio, class_weight])
    if (seen.has(point)) return [`trial ${trial} repeats the point ${point}`]
    seen.add(point)
    return []
  })
}

function outOfBounds(
  { trial, C, penalty, l1_ratio, class_weight, fold_scores, objective, fold_brier, mean_brier }: Trial,
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
  if (objective !== null) {
    const mean = fold_scores.reduce((sum, score) => sum + score, 0) / fold_scores.length
    if (fold_scores.length !== config.cv_splits)
      problems.push(`trial ${trial} has ${fold_scores.length} folds of ${config.cv_splits}`)
    if (mean !== objective) problems.push(`trial ${trial} has the objective ${objective}, its folds give ${mean}`)
  }
  const isBrier = config.search.objective === 'brier'
  const byOldNames = canonicalJson(isBrier ? [fold_scores, objective] : [null, null])
  if (canonicalJson([fold_brier ?? null, mean_brier ?? null]) !== byOldNames) {
    problems.push(`trial ${trial} ${isBrier ? 'has other' : 'has'} Brier scores by their older names`)
  }
  return problems
}

function bestOf(trials: ParametersFile['trials']): number {
  let best = -1
  trials.forEach(({ objective }, k) => {
    if (objective !== null && (best < 0 || objective < trials[best]!.objective!)) best = k
  })
  return best
}
