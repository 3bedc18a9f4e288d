import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Feature, MarketView } from '../../../src/domain/features/index.ts'
import * as f from '../../../src/domain/features/index.ts'
import { ladderView, type Rung } from '../../../src/domain/features/ladder-view.ts'
import { candlesFromTrades } from '../../../src/domain/market/candles-from-trades.ts'
import { logit } from '../../../src/domain/model/index.ts'
import { viewOf } from './view.ts'

const compute = (feature: Feature, view: MarketView) => {
  const out = new Float64Array(view.n).fill(-9)
  feature.compute(view, out)
  return [...out]
}
const to = (from: number, other: number) => logit(other / 100) - logit(from / 100)

/** A ladder of which features here read the sum only. */
const withTotal = (view: MarketView, total: number): MarketView => {
  const column = new Float64Array(view.n).fill(total)
  const ladder = { count: column, mean: column, std: column, min: column, max: column, rank: column, volume: column }
  return { ...view, ladder: { ...ladder, total: column } }
}

describe('market_logit', () => {
  it('is the log-odds of the clipped price, and no number without a price', () => {
    expect(compute(f.marketLogit, viewOf({ minutes: [1, 2, 3, 4], mid: [50, 20, 100, Number.NaN] }))).toEqual([
      0,
      logit(0.2),
      logit(1 - 1e-6),
      Number.NaN,
    ])
  })
})

describe('book_pull', () => {
  it.each([
    ['counts the middle of a book ten cents wide once', 30, 30, 40, to(30, 35)],
    ['counts a narrow book less', 30, 30, 32, 0.2 * to(30, 31)],
    ['counts a wide book at most twice', 30, 20, 60, 2 * to(30, 40)],
    ['stops at 1.5 in log-odds', 2, 2, 12, Math.min(1.5, to(2, 7))],
    ['is 0 for a crossed book', 30, 40, 30, 0],
    ['is 0 where a side is missing', 30, Number.NaN, 40, 0],
  ])('%s', (_, mid, bid, ask, expected) => {
    const view = viewOf({ minutes: [1], mid: [mid], bid: [bid], ask: [ask] })
    expect(compute(f.bookPull, view)[0]).toBeCloseTo(expected, 12)
  })
})

describe('minute_pull', () => {
  it('points to the mean of the minute by contract, and is 0 for quotes', () => {
    const { endMinute, last, mean } = candlesFromTrades({
      tsMs: Float64Array.of(1000, 2000, 61_000),
      price: Int16Array.of(4000, 2000, 2500),
      countCenti: Int32Array.of(100, 300, 700),
      takerYes: Uint8Array.of(1, 0, 1),
    })
    expect([...mean]).toEqual([25, 25])
    const view = viewOf({ minutes: [...endMinute], mid: [...last] })
    expect(compute(f.minutePull, { ...view, printMean: mean })).toEqual([to(20, 25), 0])
    expect(compute(f.minutePull, view)).toEqual([0, 0])
  })
})

describe('ladder_pull', () => {
  it.each([
    ['is 0 where the ladder sums to one', 30, 100, 0],
    ['divides by the sum', 30, 120, to(30, 25)],
    ['takes a ladder that is not whole as 0.9', 30, 40, to(30, 30 / 0.9)],
  ])('%s', (_, mid, total, expected) => {
    expect(compute(f.ladderPull, withTotal(viewOf({ minutes: [1], mid: [mid] }), total))[0]).toBeCloseTo(expected, 12)
  })

  it('is 0 without a ladder', () => {
    expect(compute(f.ladderPull, viewOf({ minutes: [1] }))).toEqual([0])
  })

  it('sums the newest prices of any age, none from later', () => {
    const rung = (minutes: number[], mid: number[]): Rung => ({
      endMinute: Int32Array.from(minutes),
      mid: Float64Array.from(mid),
      volume: Float64Array.from(minutes, () => 1),
    })
    const own = rung([10, 500], [20, 30])
    const others = [rung([10, 501], [60, 99]), rung([400, 450], [7, Number.NaN])]
    expect([...ladderView(own, [own, ...others]).total]).toEqual([80, 90])
  })
})

describe('the pulls', () => {
  it('turn around when YES and NO change places, as the price does', () => {
    const cents = fc.integer({ min: 1, max: 99 })
    fc.assert(
      fc.property(cents, cents, cents, cents, (mid, a, b, mean) => {
        const [bid, ask] = [Math.min(a, b), Math.max(a, b)]
        const yes = {
          ...viewOf({ minutes: [1], mid: [mid], bid: [bid], ask: [ask] }),
          printMean: Float64Array.of(mean),
        }
        const no = {
          ...viewOf({ minutes: [1], mid: [100 - mid], bid: [100 - ask], ask: [100 - bid] }),
          printMean: Float64Array.of(100 - mean),
        }
        for (const feature of [f.marketLogit, f.bookPull, f.minutePull]) {
          expect(compute(feature, no)[0]).toBeCloseTo(-compute(feature, yes)[0]!, 9)
        }
      }),
    )
  })
})
