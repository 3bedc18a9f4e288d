import fc from 'fast-check'
import { type ClassWeight, type Design, objective, rowWeights } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson, referenceSet } from '../../../test/support/reference.ts'
import { fitElasticNet } from '../src/services/fit-elastic-net.ts'
import { sampleTrials } from '../src/services/sample-trials.ts'
import { bestTrial, makeFold, scoreOn, search } from '../src/services/search.ts'

const space = {
  C_min: 0.001,
  C_max: 1000,
  l1_ratio_min: 0.2,
  l1_ratio_max: 0.8,
  class_weight: [null, 'balanced'],
} as const

describe('sampleTrials', () => {
  const draw = (penalties: readonly ('l1' | 'l2' | 'elasticnet')[], seed = 'a', trials = 200) =>
    sampleTrials({ penalties, trials, search_space: space }, randomFrom(seed))

  it('stays within the bounds', () => {
    fc.assert(
      fc.property(fc.string(), (seed) =>
        draw(['elasticnet'], seed, 20).every(
          ({ C, l1_ratio }) => C >= 0.001 && C <= 1000 && l1_ratio >= 0.2 && l1_ratio <= 0.8,
        ),
      ),
    )
  })

  it('draws C evenly on a log scale and l1_ratio evenly over its whole range', () => {
    const trials = draw(['elasticnet'], 'even', 4000)
    expect(trials.filter(({ C }) => C < 1).length / 4000).toBeCloseTo(0.5, 1)
    expect(trials.filter(({ C }) => C < 0.01).length / 4000).toBeCloseTo(1 / 6, 1)
    const ratios = trials.map(({ l1_ratio }) => l1_ratio)
    expect(Math.min(...ratios)).toBeLessThan(0.202)
    expect(Math.max(...ratios)).toBeGreaterThan(0.798)
    expect(trials.filter(({ class_weight }) => class_weight === 'balanced').length / 4000).toBeCloseTo(0.5, 1)
  })

  it('gives l1 the ratio 1 and l2 the ratio 0', () => {
    expect(new Set(draw(['l1']).map(({ l1_ratio }) => l1_ratio))).toEqual(new Set([1]))
    expect(new Set(draw(['l2']).map(({ l1_ratio }) => l1_ratio))).toEqual(new Set([0]))
  })

  it('draws the same C for a trial whatever the penalties are', () => {
    expect(draw(['l1']).map(({ C }) => C)).toEqual(draw(['elasticnet']).map(({ C }) => C))
  })

  it('accepts a range of one point', () => {
    const narrow = { ...space, C_min: 1, C_max: 1, l1_ratio_min: 0.5, l1_ratio_max: 0.5 }
    const [trial] = sampleTrials({ penalties: ['elasticnet'], trials: 1, search_space: narrow }, randomFrom('x'))
    expect(trial).toMatchObject({ C: 1, l1_ratio: 0.5 })
  })
})

/** Rows of 20 days whose first column tells the outcome. */
function telling() {
  const random = randomFrom('telling')
  const [n, p] = [600, 4]
  const values = Float64Array.from({ length: n * p }, () => random.normal())
  const label = Uint8Array.from({ length: n }, (_, i) => (values[i]! + 0.5 * random.normal() > 0 ? 1 : 0))
  const day = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 30))
  const design: Design = { names: ['a', 'b', 'c', 'd'], n, values }
  return { design, label, day, rows: Int32Array.from({ length: n }, (_, i) => i) }
}

describe('search', () => {
  const config = { penalties: ['elasticnet'], trials: 30, cv_splits: 4, search_space: space } as const
  const { design, label, day, rows } = telling()
  const { trials, chosen } = search(design, label, day, rows, config, randomFrom('search'))

  it('chooses the finished trial with the smallest mean Brier score', () => {
    const finished = trials.filter(({ mean_brier }) => mean_brier !== null)
    expect(trials[chosen]!.mean_brier).toBe(Math.min(...finished.map(({ mean_brier }) => mean_brier!)))
    expect(trials[chosen]!.mean_brier).toBeLessThan(0.15)
    expect(bestTrial(trials)).toBe(chosen)
  })

  it('prunes only after five finished trials and two folds, and only what is above the median', () => {
    const pruned = trials.filter(({ pruned_at }) => pruned_at !== null)
    expect(pruned.length).toBeGreaterThan(0)
    expect(trials.slice(0, 5).every(({ pruned_at }) => pruned_at === null)).toBe(true)
    for (const { trial, pruned_at, fold_brier } of pruned) {
      expect(pruned_at).toBeGreaterThanOrEqual(2)
      expect(pruned_at).toBeLessThan(4)
      const mean = (scores: readonly number[]) => scores.slice(0, pruned_at!).reduce((a, b) => a + b) / pruned_at!
      const earlier = trials.slice(0, trial).filter((other) => other.pruned_at === null)
      expect(earlier.filter((other) => mean(other.fold_brier) < mean(fold_brier)).length).toBeGreaterThanOrEqual(
        earlier.length / 2,
      )
    }
  })

  it('does not see rows that it was not given', () => {
    const some = rows.filter((row) => day[row]! < 15)
    const spoiled = design.values.map((value, k) => (day[k % 600]! >= 15 ? 1e6 : value))
    const few = { ...config, trials: 6 }
    expect(search({ ...design, values: spoiled }, label, day, some, few, randomFrom('s'))).toEqual(
      search(design, label, day, some, few, randomFrom('s')),
    )
  })
})

describe('makeFold', () => {
  it('standardises by the training rows of the fold alone', () => {
    const { design, label, rows } = telling()
    const foldOf = Int32Array.from(rows, (row) => row % 3)
    const spoiled = { ...design, values: design.values.map((value, k) => ((k % 600) % 3 === 1 ? 1e6 : value)) }
    expect(makeFold(spoiled, label, rows, foldOf, 1).x).toEqual(makeFold(design, label, rows, foldOf, 1).x)
    expect(makeFold(spoiled, label, rows, foldOf, 0).x).not.toEqual(makeFold(design, label, rows, foldOf, 0).x)
  })
})

interface FoldCases {
  group_fold: Record<string, number>
  cases: {
    fold: number
    C: number
    l1_ratio: number
    class_weight: ClassWeight
    objective: number
    val_brier: number
  }[]
}

describe.skipIf(!reference)('the reference folds of set A', () => {
  it('are standardised, fitted and scored alike', () => {
    const { x, y, group, n, p } = referenceSet('A', 'raw')
    const values = Float64Array.from({ length: n * p }, (_, k) => x[(k % n) * p + Math.floor(k / n)]!)
    const design: Design = { names: Array.from({ length: p }, (_, j) => `x${j}`), n, values }
    const { group_fold, cases } = referenceJson<FoldCases>('optima/A.folds')
    const rows = Int32Array.from({ length: n }, (_, i) => i)
    const foldOf = Int32Array.from(group, (g) => group_fold[g]!)
    for (const { fold, C, l1_ratio, class_weight, objective: least, val_brier } of cases.slice(0, 24)) {
      const made = makeFold(design, y, rows, foldOf, fold)
      const weight = rowWeights(made.y, class_weight)
      const problem = { x: made.x, n: made.y.length, p, y: made.y, weight, C, l1Ratio: l1_ratio }
      const fit = fitElasticNet(problem)
      expect(objective(problem, fit.coefficients, fit.intercept) / least).toBeCloseTo(1, 9)
      expect(scoreOn(made, fit, p)).toBeCloseTo(val_brier, 6)
    }
  })
})
