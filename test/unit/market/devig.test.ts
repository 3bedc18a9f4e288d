import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { devigLadder } from '../../../src/domain/market/devig.ts'

import { DEVIG_METHODS } from '../../../src/domain/market/index.ts'

const prices = fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: 2, maxLength: 7 })
const sum = (p: Iterable<number>) => [...p].reduce((all, value) => all + value, 0)
const WORKING = DEVIG_METHODS.filter((method) => method !== 'none')

describe.each(WORKING)('taking the overround out by %s', (method) => {
  it('sums to 1 and keeps the order of the prices', () => {
    fc.assert(
      fc.property(prices, (p) => {
        const fair = devigLadder(p, method)!
        expect(sum(fair)).toBeCloseTo(1, 12)
        for (let k = 1; k < p.length; k++) {
          if (p[k]! > p[k - 1]!) expect(fair[k]).toBeGreaterThanOrEqual(fair[k - 1]!)
        }
      }),
    )
  })

  it('leaves prices that sum to 1 as they are', () => {
    fc.assert(
      fc.property(prices, (p) => {
        const law = p.map((price) => price / sum(p))
        const fair = devigLadder(law, method)!
        for (const [k, price] of law.entries()) expect(fair[k]).toBeCloseTo(price, 9)
      }),
    )
  })

  it.each([[[0.5]], [[]], [[0.5, Number.NaN]], [[0.5, 0]], [[0.5, 1]], [[0.5, -0.1]]])(
    'has no answer for the ladder %j',
    (p) => expect(devigLadder(p, method)).toBeNull(),
  )
})

describe('taking the overround out', () => {
  const ladder = [0.05, 0.35, 0.7]

  it('by none keeps the prices', () => expect([...devigLadder(ladder, 'none')!]).toEqual(ladder))

  it('by proportion takes one share from all', () => {
    expect([...devigLadder(ladder, 'proportional')!].map((p) => Number(p.toFixed(6)))).toEqual([
      0.045455, 0.318182, 0.636364,
    ])
  })

  it('by power takes the larger share from the cheap bracket', () => {
    const fair = devigLadder(ladder, 'power')!
    expect(fair[0]! / ladder[0]!).toBeLessThan(fair[2]! / ladder[2]!)
    const exponent = Math.log(fair[0]!) / Math.log(ladder[0]!)
    expect(Math.log(fair[2]!) / Math.log(ladder[2]!)).toBeCloseTo(exponent, 9)
  })

  it('by logit shift takes the same log-odds from all', () => {
    const fair = devigLadder(ladder, 'logit_shift')!
    const shift = (k: number) => Math.log(ladder[k]! / (1 - ladder[k]!)) - Math.log(fair[k]! / (1 - fair[k]!))
    expect(shift(0)).toBeCloseTo(shift(2), 9)
    expect(shift(0)).toBeGreaterThan(0)
  })
})
