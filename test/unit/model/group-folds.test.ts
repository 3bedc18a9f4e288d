import fc from 'fast-check'
import { groupFolds } from 'kwx/model'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson } from '../../support/reference.ts'

describe('groupFolds', () => {
  it.each([
    [[0, 0, 0, 1, 1, 2], 2, [0, 0, 0, 1, 1, 1]],
    [[7, 8, 9, 10], 2, [1, 0, 1, 0]],
    [[1, 1, 2, 2, 3, 3], 3, [2, 2, 1, 1, 0, 0]],
  ])('splits the groups %j into %i folds as %j', (groups, k, folds) =>
    expect(Array.from(groupFolds(groups, k))).toEqual(folds),
  )

  it('refuses fewer groups than folds', () =>
    expect(() => groupFolds([1, 1, 2], 3)).toThrow('2 groups cannot fill 3 folds'))

  it('keeps groups whole, fills every fold and balances to within the largest group', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(15), { minLength: 4, maxLength: 120 }),
        fc.integer({ min: 2, max: 4 }),
        (groups, k) => {
          fc.pre(new Set(groups).size >= k)
          const folds = groupFolds(groups, k)
          const foldOf = new Map<number, number>()
          groups.forEach((group, i) => {
            expect(foldOf.get(group) ?? folds[i]).toBe(folds[i])
            foldOf.set(group, folds[i]!)
          })
          expect(new Set(folds).size).toBe(k)
          const sizes = Array.from({ length: k }, (_, fold) => folds.filter((f) => f === fold).length)
          const largest = Math.max(...[...foldOf.keys()].map((group) => groups.filter((g) => g === group).length))
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(largest)
        },
      ),
    )
  })
})

interface FoldCase {
  name: string
  groups: number[]
  n_splits: number
  test_fold: number[]
  stable_rule_test_fold: number[]
  equals_stable_rule: boolean
}

describe.skipIf(!reference)('the reference cases of group folds', () => {
  const { cases } = reference ? referenceJson<{ cases: FoldCase[] }>('calibration/groupkfold') : { cases: [] }
  it.each(cases.map((one) => [one.name, one] as const))('%s follow the stable rule', (_, one) => {
    const found = Array.from(groupFolds(one.groups, one.n_splits))
    expect(found).toEqual(one.stable_rule_test_fold)
    // elsewhere numpy's order of equally large groups is that of an unstable sort
    if (one.equals_stable_rule) expect(found).toEqual(one.test_fold)
  })
})
