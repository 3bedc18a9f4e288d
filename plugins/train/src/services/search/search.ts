import type { SearchObjective } from 'kwx/config'
import type { Design, Trial } from 'kwx/model'
import { type Fold, makeFolds, type RowSolver, rowSolver, type Solution, scoreOn } from 'kwx/model'
import type { Random } from 'kwx/random'
import { gridPaths } from './grid.ts'
import { medianPruner, neverPrune, type Pruner } from './median-pruner.ts'
import type { HyperParameters, SearchConfig } from './space.ts'
import { nearestStarts, pathStarts, type Starts } from './starts.ts'
import { startupDraws } from './startup-draws.ts'
import { proposeTrial } from './tpe.ts'

/**
 * The hyper-parameters with the smallest mean score over group folds by event day, by the configured method and objective:
 * log loss, or the Brier score.
 *
 * One trial after the other, each on the folds in order, so that what a trial learns from the earlier ones does not
 * depend on the number of threads.
 *
 * @param rows  rows that the search may see, none of a calibration or test day
 * @param day  event day of every row of the design
 * @returns every trial in the order it was made, and the index of the chosen one
 * @throws KwxError FIT_SINGLE_CLASS (exit 4) when a fold's training rows have one outcome only
 * @cost trials · folds fits; 8 p bytes per row and fold
 */
export function search(
  design: Design,
  label: Uint8Array,
  day: Int32Array,
  rows: Int32Array,
  config: SearchConfig,
  random: Random,
): { trials: Trial[]; chosen: number } {
  const folds = makeFolds(design, label, day, rows, config.cv_splits, config.offset)
  const isPath = config.search.method === 'path'
  const solvers = folds.map(({ x, n, p, y, offset }) => rowSolver(x, n, p, y, config.solver, offset))
  const starts = folds.map(() => (isPath ? pathStarts() : nearestStarts()))
  const pruner = isPath ? neverPrune : medianPruner()
  const { objective } = config.search
  const trials: Trial[] = []
  for (const next of proposals(config, random)) {
    trials.push(runTrial(next(trials), trials.length, folds, solvers, starts, pruner, objective))
  }
  return { trials, chosen: bestTrial(trials) }
}

type Proposal = (seen: readonly Trial[]) => HyperParameters

/** What will be tried, in order. A grid is shuffled: the pruner's median should not depend on a corner of it. */
function proposals(config: SearchConfig, random: Random): Proposal[] {
  const fixed = (points: readonly HyperParameters[]): Proposal[] => points.map((point) => () => point)
  if (config.search.method === 'path') return fixed(gridPaths(config).flat())
  if (config.search.method === 'grid') return fixed(random.shuffled(gridPaths(config).flat()))
  const startup = fixed(startupDraws(config, random))
  const learned = Array.from(
    { length: config.trials - startup.length },
    (): Proposal => (seen) => proposeTrial(seen, config, random),
  )
  return [...startup, ...learned]
}

function runTrial(
  parameters: HyperParameters,
  trial: number,
  folds: readonly Fold[],
  solvers: readonly RowSolver[],
  starts: readonly Starts[],
  pruner: Pruner,
  objective: SearchObjective,
): Trial {
  const scores: number[] = []
  let notConverged = 0
  for (const [k, fold] of folds.entries()) {
    const fit = fitFold(solvers[k]!, parameters, starts[k]!)
    if (!fit.converged) notConverged++
    scores.push(scoreOn(fold, fit, fit.coefficients.length, objective))
    if (k + 1 < folds.length && pruner.shouldPrune(scores)) {
      const pruned = { pruned_at: k + 1, not_converged: notConverged }
      return { trial, ...parameters, ...scored(scores, null, objective), ...pruned }
    }
  }
  pruner.finished(scores)
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const finished = { pruned_at: null, not_converged: notConverged }
  return { trial, ...parameters, ...scored(scores, mean, objective), ...finished }
}

/** The scores of a trial; Brier scores also by the names that they had before there was another objective. */
const scored = (fold_scores: readonly number[], mean: number | null, objective: SearchObjective) => ({
  fold_scores,
  objective: mean,
  ...(objective === 'brier' && { fold_brier: fold_scores, mean_brier: mean }),
})

function fitFold(solver: RowSolver, parameters: HyperParameters, starts: Starts): Solution {
  const { C, l1_ratio, class_weight } = parameters
  const fit = solver(C, l1_ratio, class_weight, starts.for(parameters))
  starts.fitted(parameters, fit)
  return fit
}

/** Index of the finished trial with the smallest objective, the earliest on ties. */
export function bestTrial(trials: readonly Trial[]): number {
  let best = -1
  trials.forEach(({ objective }, k) => {
    if (objective !== null && (best < 0 || objective < trials[best]!.objective!)) best = k
  })
  return best
}
