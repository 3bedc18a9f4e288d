import fc from 'fast-check'
import { type ClassWeight, type Design, objective, rowWeights, type Trial } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'
import { makeFold, makeFolds, scoreOn } from '../../../src/domain/model/folds.ts'
import { softplus } from '../../../src/domain/model/probability.ts'
import { solve } from '../../../src/domain/model/solver/fit.ts'
import { reference, referenceJson, referenceSet } from '../../../test/support/reference.ts'
import { gridPaths } from '../src/services/search/grid.ts'
import { medianPruner } from '../src/services/search/median-pruner.ts'
import { parzen } from '../src/services/search/parzen.ts'
import { bestTrial, search } from '../src/services/search/search.ts'
import { type HyperParameters, parametersAt, type SearchConfig, sharesOf } from '../src/services/search/space.ts'
import { nearestStarts, pathStarts } from '../src/services/search/starts.ts'
import { startupDraws } from '../src/services/search/startup-draws.ts'
import { proposeTrial } from '../src/services/search/tpe.ts'

const space = {
  C_min: 0.001,
  C_max: 1000,
  l1_ratio_min: 0.2,
  l1_ratio_max: 0.8,
  class_weight: [null, 'balanced'],
} as const

const configOf = (
  changes: Partial<SearchConfig> = {},
  changed: Partial<SearchConfig['search']> = {},
): SearchConfig => ({
  penalties: ['elasticnet'],
  trials: 30,
  cv_splits: 4,
  solver: 'auto',
  search_space: space,
  search: { method: 'trials', startup_trials: 10, C_values: 7, l1_ratio_values: 4, objective: 'brier', ...changed },
  ...changes,
})

describe('startupDraws', () => {
  const draw = (penalties: SearchConfig['penalties'], seed = 'a', trials = 200) =>
    startupDraws(configOf({ penalties, trials }, { startup_trials: trials }), randomFrom(seed))
  const rank = (shares: readonly number[]) => [...shares].sort((a, b) => a - b)

  it('put one draw into each n-th of the range of C and of l1_ratio', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (seed, n) => {
        const shares = draw(['elasticnet'], seed, n).map((one) => sharesOf(space, one))
        for (const of of ['C', 'ratio'] as const) {
          rank(shares.map((share) => share[of])).forEach((share, k) => {
            expect(share).toBeGreaterThanOrEqual(k / n - 1e-9)
            expect(share).toBeLessThanOrEqual((k + 1) / n + 1e-9)
          })
        }
      }),
    )
  })

  it('spread the ratios of elastic net evenly whatever the other penalties are', () => {
    const mixed = draw(['l1', 'elasticnet', 'l2'], 'b', 12).filter(({ penalty }) => penalty === 'elasticnet')
    expect(mixed).toHaveLength(4)
    rank(mixed.map((one) => sharesOf(space, one).ratio)).forEach((share, k) => {
      expect(Math.floor(share * 4)).toBe(k)
    })
  })

  it('use penalties and class weights equally often', () => {
    const drawn = draw(['l1', 'elasticnet'], 'c', 11)
    expect(drawn.filter(({ penalty }) => penalty === 'l1')).toHaveLength(6)
    expect(drawn.filter(({ class_weight }) => class_weight === null)).toHaveLength(6)
  })

  it('are never more than there are trials', () =>
    expect(startupDraws(configOf({ trials: 3 }), randomFrom('d'))).toHaveLength(3))

  it('give l1 the ratio 1 and l2 the ratio 0', () => {
    expect(new Set(draw(['l1']).map(({ l1_ratio }) => l1_ratio))).toEqual(new Set([1]))
    expect(new Set(draw(['l2']).map(({ l1_ratio }) => l1_ratio))).toEqual(new Set([0]))
  })

  it('accept ranges of one point', () => {
    const narrow = { ...space, C_min: 1, C_max: 1, l1_ratio_min: 0.5, l1_ratio_max: 0.5 }
    const [trial] = startupDraws(configOf({ trials: 1, search_space: narrow }), randomFrom('x'))
    expect(trial).toMatchObject({ C: 1, l1_ratio: 0.5 })
    expect(sharesOf(narrow, trial!)).toEqual({ C: 0, ratio: 0 })
  })
})

describe('parzen', () => {
  const points = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

  it('is a density on [0, 1]: positive, and its integral is 1', () => {
    fc.assert(
      fc.property(points, (at) => {
        const { density } = parzen(at)
        const steps = 4000
        let sum = 0
        for (let k = 0; k < steps; k++) sum += density((k + 0.5) / steps) / steps
        expect(sum).toBeCloseTo(1, 5)
        expect(density(0)).toBeGreaterThan(0)
      }),
      { numRuns: 30 },
    )
  })

  it('draws from its own density', () => {
    const at = parzen([0.1, 0.15, 0.7])
    const random = randomFrom('draws')
    const drawn = Array.from({ length: 20_000 }, () => at.draw(random))
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThanOrEqual(1)
    let below = 0
    for (let k = 0; k < 1000; k++) below += at.density((k + 0.5) * 0.0003) * 0.0003
    expect(drawn.filter((x) => x < 0.3).length / drawn.length).toBeCloseTo(below, 1)
  })

  it('of no points is uniform', () => expect(parzen([]).density(0.3)).toBe(1))
})

/** Searches a made-up score without fitting anything. */
function play(score: (parameters: HyperParameters) => number, config: SearchConfig, seed: string, tpe: boolean) {
  const random = randomFrom(seed)
  const trials: Trial[] = []
  const startup = startupDraws(config, random)
  for (let trial = 0; trial < config.trials; trial++) {
    const uniform = () => {
      const weight = config.search_space.class_weight[random.integer(2)]!
      return parametersAt(config.search_space, 'elasticnet', { C: random.uniform(), ratio: random.uniform() }, weight)
    }
    const parameters = trial < startup.length ? startup[trial]! : tpe ? proposeTrial(trials, config, random) : uniform()
    const value = score(parameters)
    trials.push({ trial, ...parameters, fold_scores: [value], objective: value, pruned_at: null, not_converged: 0 })
  }
  return trials
}

describe('proposeTrial', () => {
  const target = (parameters: HyperParameters) => {
    const { C, ratio } = sharesOf(space, parameters)
    return (C - 0.3) ** 2 + 0.5 * (ratio - 0.9) ** 2 + (parameters.class_weight === null ? 0 : 0.02)
  }
  const least = (trials: readonly Trial[]) => Math.min(...trials.map(({ objective }) => objective!))

  it('finds a minimum closer than as many random draws, on the average of 40 seeds', () => {
    const config = configOf({ trials: 40 })
    const mean = (tpe: boolean) => {
      const found = Array.from({ length: 40 }, (_, seed) => least(play(target, config, `seed ${seed}`, tpe)))
      return found.reduce((a, b) => a + b) / found.length
    }
    expect(mean(true)).toBeLessThan(0.5 * mean(false))
  })

  it('draws more often near what was good, and learns the better class weight', () => {
    const later = play(target, configOf({ trials: 60 }), 'near', true).slice(30)
    const near = later.filter((trial) => Math.abs(sharesOf(space, trial).C - 0.3) < 0.15)
    expect(near.length).toBeGreaterThan(15)
    expect(later.filter(({ class_weight }) => class_weight === null).length).toBeGreaterThan(20)
  })

  it('takes a pruned trial for worse than any finished one', () => {
    const at = (trial: number, C: number, pruned: boolean): Trial => ({
      trial,
      ...{ penalty: 'elasticnet', C, l1_ratio: 0.5, class_weight: null, not_converged: 0 },
      fold_scores: pruned ? [0.01, 0.01] : [0.2, 0.2, 0.2, 0.2],
      objective: pruned ? null : 0.2,
      pruned_at: pruned ? 2 : null,
    })
    const seen = Array.from({ length: 12 }, (_, k) => (k < 2 ? at(k, 500, false) : at(k, 0.002, true)))
    const random = randomFrom('pruned')
    const proposed = Array.from({ length: 50 }, () => proposeTrial(seen, configOf(), random))
    expect(proposed.filter(({ C }) => C > 1).length).toBeGreaterThan(45)
  })

  it('stays within the bounds and depends on seed and history alone', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const config = configOf({ trials: 16, penalties: ['l1', 'elasticnet', 'l2'] }, { startup_trials: 6 })
        const trials = play(target, config, seed, true)
        expect(play(target, config, seed, true)).toEqual(trials)
        for (const { penalty, C, l1_ratio } of trials) {
          expect(C >= 0.001 && C <= 1000).toBe(true)
          const range = penalty === 'l1' ? [1, 1] : penalty === 'l2' ? [0, 0] : [0.2, 0.8]
          expect(l1_ratio >= range[0]! && l1_ratio <= range[1]!).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('medianPruner', () => {
  const seasoned = () => {
    const pruner = medianPruner()
    for (const score of [1, 2, 3, 4, 5]) pruner.finished([score, score, score])
    return pruner
  }
  it.each([
    [[9], false],
    [[3.1, 3.1], true],
    [[3, 3], false],
    [[9, 0, 0], false],
    [[1, 1, 8], true],
  ])('with medians of 3 and scores %j says %s', (scores, expected) =>
    expect(seasoned().shouldPrune(scores)).toBe(expected),
  )
  it('waits for five finished trials', () => {
    const pruner = medianPruner()
    for (const score of [1, 2, 3, 4]) pruner.finished([score, score])
    expect(pruner.shouldPrune([9, 9])).toBe(false)
  })
})

describe('gridPaths', () => {
  it('combines all values, ends included, and lets C rise along each path', () => {
    const paths = gridPaths(configOf({ penalties: ['l1', 'elasticnet'] }))
    expect(paths).toHaveLength((1 + 4) * 2)
    for (const path of paths) {
      expect(path).toHaveLength(7)
      expect([path[0]!.C, path[6]!.C]).toEqual([0.001, 1000])
      path.forEach(({ C }, k) => {
        expect(C / 10 ** (k - 3)).toBeCloseTo(1, 9)
      })
    }
    const mixed = paths.filter(([first]) => first!.penalty === 'elasticnet').map(([first]) => first!.l1_ratio)
    expect([...new Set(mixed)]).toEqual([0.2, expect.closeTo(0.4, 9), expect.closeTo(0.6, 9), 0.8])
  })

  it('gives one value to a range of one point', () =>
    expect(
      gridPaths(configOf({ search_space: { ...space, C_max: 0.001, l1_ratio_min: 0.8, class_weight: [null] } })),
    ).toEqual([[{ penalty: 'elasticnet', C: 0.001, l1_ratio: 0.8, class_weight: null }]]))
})

describe('the starts of a fold', () => {
  const at = (C: number, l1_ratio = 0.5, class_weight: ClassWeight = null) =>
    ({ penalty: 'elasticnet', C, l1_ratio, class_weight }) as const
  const fit = (intercept: number) => ({
    coefficients: new Float64Array(),
    intercept,
    iterations: 1,
    converged: true,
    kkt: 0,
  })

  it('on a path are the fit before, and nothing at its beginning', () => {
    const starts = pathStarts()
    expect(starts.for(at(1))).toBeUndefined()
    starts.fitted(at(1), fit(1))
    expect(starts.for(at(2))?.intercept).toBe(1)
    expect(starts.for(at(2, 0.6))).toBeUndefined()
    expect(starts.for(at(2, 0.5, 'balanced'))).toBeUndefined()
  })

  it('elsewhere are the fit with the nearest C of the same class weight', () => {
    const starts = nearestStarts()
    starts.fitted(at(0.1), fit(1))
    starts.fitted(at(10), fit(2))
    expect(starts.for(at(2))?.intercept).toBe(2)
    expect(starts.for(at(0.2))?.intercept).toBe(1)
    expect(starts.for(at(0.2, 0.5, 'balanced'))).toBeUndefined()
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
  const config = configOf()
  const { design, label, day, rows } = telling()
  const { trials, chosen } = search(design, label, day, rows, config, randomFrom('search'))

  it('chooses the finished trial with the smallest objective', () => {
    const finished = trials.filter(({ objective }) => objective !== null)
    expect(trials[chosen]!.objective).toBe(Math.min(...finished.map(({ objective }) => objective!)))
    expect(trials[chosen]!.objective).toBeLessThan(0.15)
    expect(bestTrial(trials)).toBe(chosen)
  })

  it('prunes only after five finished trials and two folds, and only what is above the median', () => {
    const pruned = trials.filter(({ pruned_at }) => pruned_at !== null)
    expect(pruned.length).toBeGreaterThan(0)
    expect(trials.slice(0, 5).every(({ pruned_at }) => pruned_at === null)).toBe(true)
    for (const { trial, pruned_at, fold_scores } of pruned) {
      expect(pruned_at).toBeGreaterThanOrEqual(2)
      expect(pruned_at).toBeLessThan(4)
      const mean = (scores: readonly number[]) => scores.slice(0, pruned_at!).reduce((a, b) => a + b) / pruned_at!
      const earlier = trials.slice(0, trial).filter((other) => other.pruned_at === null)
      expect(earlier.filter((other) => mean(other.fold_scores) < mean(fold_scores)).length).toBeGreaterThanOrEqual(
        earlier.length / 2,
      )
    }
  })

  it('names the scores of a Brier search also by their older names', () => {
    for (const { fold_scores, objective, fold_brier, mean_brier } of trials) {
      expect([fold_brier, mean_brier]).toEqual([fold_scores, objective])
    }
  })

  it('by log loss scores every trial by it, chooses the smallest and has no Brier score', () => {
    const found = search(design, label, day, rows, configOf({}, { objective: 'log_loss' }), randomFrom('search'))
    const finished = found.trials.filter(({ objective }) => objective !== null)
    expect(found.trials[found.chosen]!.objective).toBe(Math.min(...finished.map(({ objective }) => objective!)))
    const { penalty: _, C, l1_ratio, class_weight, fold_scores } = found.trials[0]!
    const scores = makeFolds(design, label, day, rows, 4).map((fold) => {
      const weight = rowWeights(fold.y, class_weight)
      const fit = solve({ x: fold.x, n: fold.n, p: 4, y: fold.y, weight, C, l1Ratio: l1_ratio }, { solver: 'fast' })
      const z = Array.from(fold.yTest, (_, i) =>
        fit.coefficients.reduce((sum, beta, j) => sum + beta * fold.xTest[4 * i + j]!, fit.intercept),
      )
      return z.reduce((sum, at, i) => sum + softplus(fold.yTest[i] ? -at : at), 0) / z.length
    })
    for (const [k, score] of fold_scores.entries()) expect(score).toBeCloseTo(scores[k]!, 4)
    expect(found.trials.some((trial) => 'fold_brier' in trial || 'mean_brier' in trial)).toBe(false)
    // The first draws are the same, their scores are not.
    expect(found.trials[0]!.C).toBe(trials[0]!.C)
    expect(found.trials[0]!.objective).not.toBe(trials[0]!.objective)
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

describe('search along a grid and along paths', () => {
  const { design, label, day, rows } = telling()
  const found = (method: 'grid' | 'path', seed = 's') =>
    search(design, label, day, rows, configOf({}, { method }), randomFrom(seed))
  const grid = found('grid')
  const path = found('path')
  const key = ({ penalty, C, l1_ratio, class_weight }: Trial) => JSON.stringify([penalty, C, l1_ratio, class_weight])

  it('tries the same points, all of them on every fold along paths', () => {
    expect(path.trials).toHaveLength(7 * 4 * 2)
    expect(grid.trials.map(key).sort()).toEqual(path.trials.map(key).sort())
    expect(path.trials.every(({ pruned_at, fold_scores }) => pruned_at === null && fold_scores.length === 4)).toBe(true)
    expect(grid.trials.some(({ pruned_at }) => pruned_at !== null)).toBe(true)
  })

  it('scores a point alike from either start, far beyond the digits that decide', () => {
    expect(grid.trials[grid.chosen]!.objective).toBeGreaterThan(path.trials[path.chosen]!.objective! - 1e-6)
    const scores = new Map(path.trials.map((trial) => [key(trial), trial.objective!]))
    for (const trial of grid.trials) {
      if (trial.objective !== null) expect(Math.abs(trial.objective - scores.get(key(trial))!)).toBeLessThan(1e-6)
    }
  })

  it('does not depend on the seed along paths, and gives the same trials twice', () => {
    expect(found('path', 'other')).toEqual(path)
    expect(found('grid')).toEqual(grid)
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
      const fit = solve(problem, { solver: 'fast' })
      const excess = objective(problem, fit.coefficients, fit.intercept) / least - 1
      expect(excess).toBeGreaterThanOrEqual(-1e-9)
      expect(excess).toBeLessThanOrEqual(1e-6)
      expect(scoreOn(made, fit, p, 'brier')).toBeCloseTo(val_brier, 6)
    }
  })
})
