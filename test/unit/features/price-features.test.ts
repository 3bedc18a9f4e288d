import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Feature, MarketView } from '../../../src/domain/features/index.ts'
import * as f from '../../../src/domain/features/index.ts'
import { viewOf } from './view.ts'

const compute = (feature: Feature, view: MarketView) => {
  const out = new Float64Array(view.n).fill(-1)
  feature.compute(view, out)
  return [...out]
}

describe('mid_chg_5m', () => {
  it('looks five minutes of time back, not five rows', () => {
    const view = viewOf({ minutes: [0, 1, 2, 5, 6, 60], mid: [10, 20, 30, 40, 50, 60] })
    expect(compute(f.midChg5m, view)).toEqual([0, 0, 0, 30, 30, 10])
  })

  it('takes the newest mid that there was, past minutes without one', () => {
    const view = viewOf({ minutes: [0, 1, 6], mid: [10, Number.NaN, 40] })
    expect(compute(f.midChg5m, view)[2]).toBe(30)
  })
})

describe('vol_15m', () => {
  it('needs three returns in the window, of which the first of a market is 0', () => {
    const view = viewOf({ minutes: [0, 1, 2], mid: [10, 20, 10] })
    const sd = Math.sqrt((0 + 2 * Math.log(2) ** 2) / 2)
    const [first, second, third] = compute(f.vol15m, view)
    expect([first, second]).toEqual([0, 0])
    expect(third).toBeCloseTo(sd, 14)
  })

  it('leaves the window open on the left: a row 15 minutes old is out', () => {
    const at = (last: number) => compute(f.vol15m, viewOf({ minutes: [0, 1, 2, last], mid: [10, 20, 10, 10] }))[3]
    expect(at(15)).toBeGreaterThan(0)
    expect(at(16)).toBe(0)
  })

  it('is never negative or missing, whatever rows lack a mid', () => {
    const row = fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 1, max: 99 })),
    )
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        let minute = 0
        const minutes = rows.map(([gap]) => (minute += gap))
        const out = compute(f.vol15m, viewOf({ minutes, mid: rows.map(([, mid]) => mid) }))
        expect(out.every((value) => value >= 0)).toBe(true)
      }),
    )
  })
})

describe('spreads', () => {
  it('count a crossed book as 0 and a missing side as missing', () => {
    const view = viewOf({ minutes: [0, 1, 2], mid: [50, 2, 99], bid: [51, 1, Number.NaN], ask: [49, 3, 99] })
    expect(compute(f.spreadCents, view)).toEqual([0, 2, Number.NaN])
    expect(compute(f.spreadPct, view)).toEqual([0, 2 / 5, Number.NaN])
  })
})

describe('returns and volumes', () => {
  it('are over time', () => {
    const view = viewOf({ minutes: [0, 1, 5, 64], mid: [50, 60, 45, 90], volume: [1, 2.5, 3, 6] })
    expect(compute(f.ret1m, view)).toEqual([0, 60 / 50 - 1, 45 / 60 - 1, 1])
    expect(compute(f.ret15m, view)).toEqual([0, 0, 0, 1])
    expect(compute(f.volume5m, view)).toEqual([1, 3.5, 5.5, 6])
    expect(compute(f.volume60mAvg, view)).toEqual([1 / 60, 3.5 / 60, 6.5 / 60, 9 / 60])
    expect(compute(f.volumeRatio, view)[3]).toBe(40)
  })
})

describe('market probabilities', () => {
  it('are the prices as parts of a dollar', () => {
    const view = viewOf({ minutes: [0], mid: [25], bid: [24], ask: [26] })
    expect(compute(f.marketProbMid, view)).toEqual([0.25])
    expect(compute(f.marketProbBid, view)).toEqual([0.24])
    expect(compute(f.marketProbAsk, view)).toEqual([0.26])
    expect(compute(f.marketLogitMid, view)[0]).toBeCloseTo(Math.log(1 / 3), 14)
    expect(compute(f.marketEdgeVsEven, view)).toEqual([-0.25])
  })
})
