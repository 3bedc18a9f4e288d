#!/usr/bin/env node
// What the search methods find for their effort: the best mean Brier score of 4 group folds, fits and CPU time.
//
//   node --conditions=kwx-source bench/search.js [--set A] [--trials 40] [--seeds 8]
//
// `random` is `trials` that never learns. Sets are those of the solver reference (A, R: market rows; BC: bundled).
import { parseArgs } from 'node:util'

import { randomFrom } from 'kwx/random'

import { search } from '../plugins/train/src/services/search/search.ts'
import { reference, referenceSet } from '../test/support/reference.ts'

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'A' },
    trials: { type: 'string', default: '40' },
    seeds: { type: 'string', default: '8' },
  },
})
if (!reference) {
  console.log('Skipped: there is no solver reference, so there are no rows to search on.')
  process.exit(0)
}
const [trials, seeds] = [Number(values.trials), Number(values.seeds)]
const { x, y, group, n, p } = referenceSet(values.set, 'raw')
const design = {
  names: Array.from({ length: p }, (_, j) => `x${j}`),
  n,
  values: Float64Array.from({ length: n * p }, (_, k) => x[(k % n) * p + Math.floor(k / n)]),
}
const rows = Int32Array.from({ length: n }, (_, i) => i)
const search_space = { C_min: 0.001, C_max: 1000, l1_ratio_min: 0, l1_ratio_max: 1, class_weight: [null, 'balanced'] }
const sum = (list) => list.reduce((total, value) => total + value, 0)

const methods = [
  ['random', 'trials', trials, seeds],
  ['trials', 'trials', 10, seeds],
  ['grid', 'grid', 10, seeds],
  ['path', 'path', 10, 1],
]
console.log(`Set ${values.set}: ${n} rows x ${p}, ${trials} trials, ${seeds} seeds.`)
for (const [label, method, startup_trials, times] of methods) {
  const how = { method, startup_trials, C_values: 13, l1_ratio_values: 5, objective: 'brier' }
  const config = { penalties: ['elasticnet'], trials, cv_splits: 4, search_space, search: how, solver: 'auto' }
  const before = process.cpuUsage().user
  const runs = Array.from({ length: times }, (_, seed) =>
    search(design, y, group, rows, config, randomFrom(`bench ${seed}`)),
  )
  const milliseconds = (process.cpuUsage().user - before) / 1000 / times
  const best = runs.map(({ trials, chosen }) => trials[chosen].objective)
  const fits = sum(runs.map(({ trials }) => sum(trials.map(({ fold_scores }) => fold_scores.length)))) / times
  const brier = `Brier ${(sum(best) / times).toFixed(6)}, worst seed ${Math.max(...best).toFixed(6)}`
  console.log(
    `${label.padEnd(6)}  ${brier}  ${fits.toFixed(0).padStart(4)} fits  ${milliseconds.toFixed(0).padStart(6)} ms CPU`,
  )
}
