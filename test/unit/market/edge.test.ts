import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { edgeCents, kellyFraction, type WinP, winProbability } from '../../../src/domain/market/index.ts'
import type { BlendP, MarketP } from '../../../src/domain/model/index.ts'

const win = (p: number) => p as WinP

describe('winProbability', () => {
  it('is P(YES) for YES and its complement for NO', () => {
    expect(winProbability(0.3 as BlendP, 'yes')).toBe(0.3)
    expect(winProbability(0.3 as BlendP, 'no')).toBe(0.7)
  })

  it('does not compile where kinds of probability are mixed up', () => {
    const yes = 0.3 as BlendP
    // @ts-expect-error P(YES) is not the probability that a position pays
    edgeCents(yes, 30)
    // @ts-expect-error nor is that P(YES)
    winProbability(win(0.3), 'yes')
    // @ts-expect-error the market's price is not what was delivered
    winProbability(0.3 as MarketP, 'yes')
    expect(edgeCents(winProbability(yes, 'no'), 60)).toBeCloseTo(10, 12)
  })
})

describe('kellyFraction', () => {
  it.each([
    [0.6, 50, 0.2],
    [0.5, 50, 0],
    [0.4, 50, 0],
    [1, 40, 1],
    [0.6, 0, 0],
    [0.6, 100, 0],
  ])('of a chance of %d at %d cents is %d', (p, cost, share) =>
    expect(kellyFraction(win(p), cost)).toBeCloseTo(share, 12),
  )

  it('makes the expected logarithm of wealth largest', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.integer({ min: 1, max: 97 }), (p, cost) => {
        const growth = (f: number) => p * Math.log(1 + (f * (100 - cost)) / cost) + (1 - p) * Math.log(1 - f)
        const best = kellyFraction(win(p), cost)
        for (const other of [best - 0.01, best + 0.01]) {
          if (other >= 0 && other < 1) expect(growth(best)).toBeGreaterThanOrEqual(growth(other) - 1e-12)
        }
      }),
    )
  })
})
