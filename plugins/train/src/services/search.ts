import type { ProductionConfig } from 'kwx/config'
import { applyScaler, type Design, fitScaler, groupFolds, rowWeights, sigmoid, type Trial } from 'kwx/model'
import type { Random } from 'kwx/random'
import { brier } from 'kwx/scores'

import { type Fit, fitElasticNet } from './fit-elastic-net.ts'
import { type HyperParameters, sampleTrials } from './sample-trials.ts'

/** Finished trials before any can be pruned, and folds of a trial before it can be. */
const PRUNE_AFTER_TRIALS = 5
const PRUNE_AFTER_FOLDS = 2
/** KKT residual of the search's fits: Brier scores agree far beyond the digits that decide. */
const SEARCH_TOLERANCE = 1e-7

/** One fold: standardised with the scaler of its own training rows; row-major. */
export interface Fold {
  readonly x: Float64Array
  readonly y: Uint8Array
  readonly xTest: Float64Array
  readonly yTest: Uint8Array
}

/**
 * Random search for the hyper-parameters with the smallest mean Brier score over group folds by event day.
 *
 * A trial is pruned after at least two folds when its mean so far is above the median that finished trials had there.
 *
 * @param rows  rows that the search may see, none of a calibration or test day
 * @param day  event day of every row of the design
 * @returns every trial, and the index of the chosen one
 * @throws KwxError FIT_SINGLE_CLASS (exit 4) when a fold's training rows have one outcome only
 * @cost trials · folds fits; 8 p bytes per row and fold
 */
export function search(
  design: Design,
  label: Uint8Array,
  day: Int32Array,
  rows: Int32Array,
  config: Pick<ProductionConfig, 'penalties' | 'trials' | 'search_space' | 'cv_splits'>,
  random: Random,
): { trials: Trial[]; chosen: number } {
  const foldOf = groupFolds(
    rows.map((row) => day[row]!),
    config.cv_splits,
  )
  const folds = Array.from({ length: config.cv_splits }, (_, fold) => makeFold(design, label, rows, foldOf, fold))
  const starts = folds.map(() => nearestStart())
  const finished: number[][] = []
  const trials = sampleTrials(config, random).map((parameters, trial): Trial => {
    const scores: number[] = []
    let notConverged = 0
    let prunedAt: number | null = null
    for (const [k, fold] of folds.entries()) {
      const fit = fitFold(fold, parameters, starts[k]!)
      if (!fit.converged) notConverged++
      scores.push(scoreOn(fold, fit, design.names.length))
      if (k + 1 < folds.length && shouldPrune(scores, finished)) {
        prunedAt = k + 1
        break
      }
    }
    if (prunedAt === null) finished.push(scores)
    const mean_brier = prunedAt === null ? mean(scores) : null
    return { trial, ...parameters, fold_brier: scores, mean_brier, pruned_at: prunedAt, not_converged: notConverged }
  })
  return { trials, chosen: bestTrial(trials) }
}

/** Index of the finished trial with the smallest mean Brier score, the earliest on ties. */
export function bestTrial(trials: readonly Trial[]): number {
  let best = -1
  trials.forEach(({ mean_brier }, k) => {
    if (mean_brier !== null && (best < 0 || mean_brier < trials[best]!.mean_brier!)) best = k
  })
  return best
}

/** The rows of one fold, standardised by its training rows. */
export function makeFold(design: Design, label: Uint8Array, rows: Int32Array, foldOf: Int32Array, fold: number): Fold {
  const train = rows.filter((_, k) => foldOf[k] !== fold)
  const test = rows.filter((_, k) => foldOf[k] === fold)
  const scaling = fitScaler(design, train)
  return {
    x: applyScaler(design, train, scaling),
    y: Uint8Array.from(train, (row) => label[row]!),
    xTest: applyScaler(design, test, scaling),
    yTest: Uint8Array.from(test, (row) => label[row]!),
  }
}

function fitFold({ x, y }: Fold, { C, l1_ratio, class_weight }: HyperParameters, starts: NearestStart): Fit {
  const n = y.length
  const weight = rowWeights(y, class_weight)
  const problem = { x, n, p: x.length / n, y, weight, C, l1Ratio: l1_ratio }
  const fit = fitElasticNet(problem, { start: starts.get(C, class_weight), tolerance: SEARCH_TOLERANCE })
  starts.add(C, class_weight, fit)
  return fit
}

/** Brier score of a fit on the fold's own test rows. */
export function scoreOn({ xTest, yTest }: Fold, { coefficients, intercept }: Fit, p: number): number {
  const probability = new Float64Array(yTest.length)
  for (let i = 0; i < yTest.length; i++) {
    let z = intercept
    for (let j = 0; j < p; j++) z += xTest[i * p + j]! * coefficients[j]!
    probability[i] = sigmoid(z)
  }
  return brier(yTest, probability)
}

function shouldPrune(scores: readonly number[], finished: readonly number[][]): boolean {
  if (scores.length < PRUNE_AFTER_FOLDS || finished.length < PRUNE_AFTER_TRIALS) return false
  const others = finished.map((trial) => mean(trial.slice(0, scores.length))).sort((a, b) => a - b)
  const middle = others.length >> 1
  const median = others.length % 2 === 1 ? others[middle]! : (others[middle - 1]! + others[middle]!) / 2
  return mean(scores) > median
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Earlier fits of a fold: the one with the nearest C and the same class weight is where the next begins. */
function nearestStart() {
  const known: { logC: number; weight: string | null; fit: Fit }[] = []
  return {
    get(C: number, weight: string | null): Fit | undefined {
      const logC = Math.log(C)
      let best: Fit | undefined
      let least = Number.POSITIVE_INFINITY
      for (const entry of known) {
        const distance = Math.abs(entry.logC - logC)
        if (entry.weight === weight && distance < least) [best, least] = [entry.fit, distance]
      }
      return best
    },
    add: (C: number, weight: string | null, fit: Fit) => void known.push({ logC: Math.log(C), weight, fit }),
  }
}

type NearestStart = ReturnType<typeof nearestStart>
