/** Finished trials before any can be pruned, and folds of a trial before it can be. */
const STARTUP_TRIALS = 5
const WARMUP_FOLDS = 2

/** Gives up trials that are worse halfway than the middle of those that were finished. */
export interface Pruner {
  /** Whether a trial with these fold scores (smaller is better) should end here. */
  shouldPrune(scores: readonly number[]): boolean
  /** Remembers the scores of a finished trial. */
  finished(scores: readonly number[]): void
}

/**
 * Median pruning: after five finished trials and two folds of its own, a trial ends when its mean so far is above the
 * median that finished trials had after as many folds.
 *
 * @source the median stopping rule of Golovin et al. 2017 (Vizier), section 3.2.2
 */
export function medianPruner(): Pruner {
  const others: (readonly number[])[] = []
  return {
    shouldPrune(scores) {
      if (scores.length < WARMUP_FOLDS || others.length < STARTUP_TRIALS) return false
      const means = others.map((trial) => mean(trial.slice(0, scores.length))).sort((a, b) => a - b)
      const middle = means.length >> 1
      const median = means.length % 2 === 1 ? means[middle]! : (means[middle - 1]! + means[middle]!) / 2
      return mean(scores) > median
    },
    finished: (scores) => void others.push(scores),
  }
}

/** Finishes everything. */
export const neverPrune: Pruner = { shouldPrune: () => false, finished: () => {} }

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
