import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { nearest } from '../../../src/base/schema/index.ts'

const KEYS = ['train_days', 'test_days', 'step_days', 'city', 'seed', 'search_space', 'trials']

describe('nearest', () => {
  it.each([
    ['trane_days', 'train_days'],
    ['train-days', 'train_days'],
    ['TEST_DAYS', 'test_days'],
    ['trial', 'trials'],
    ['search', 'search_space'],
    ['sitty', 'city'],
    ['bankroll', undefined],
    ['x', undefined],
    ['', undefined],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearest(typed, KEYS)).toBe(meant)
  })

  it('finds a long name again after one slip, and answers with known names only', () => {
    const slip = fc.tuple(fc.constantFrom(...KEYS.filter((key) => key.length > 4)), fc.nat(), fc.constantFrom('x', 'q'))
    fc.assert(
      fc.property(slip, ([name, at, letter]) => {
        const i = at % name.length
        expect(nearest(name.slice(0, i) + letter + name.slice(i + 1), [name])).toBe(name)
      }),
    )
    fc.assert(fc.property(fc.string(), (typed) => [...KEYS, undefined].includes(nearest(typed, KEYS))))
  })
})
