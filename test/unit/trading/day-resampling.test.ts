import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { annualSharpe, DAY_RESAMPLING, resampleTradingDays } from '../../../src/domain/trading/index.ts'

const DAILY = Array.from({ length: 60 }, (_, i) => ((i * 37) % 11) - 4)
const FEES = DAILY.map((pnl) => (pnl > 0 ? 0.1 : 0.05))
const of = (pnl: readonly number[], fees: readonly number[] = pnl.map(() => 0), seed = 7) =>
  resampleTradingDays(pnl, fees, { bankroll: 1000, seed })

describe('annualSharpe', () => {
  it('is mean over sd (ddof 0) times the root of 365', () => {
    expect(annualSharpe([1, 3])).toBeCloseTo(2 * Math.sqrt(365), 12)
    expect(annualSharpe([1, 3, -4])).toBeCloseTo(0, 12)
  })

  it('does not exist without spread or with one day', () => {
    expect([annualSharpe([]), annualSharpe([5]), annualSharpe([2, 2, 2])]).toEqual([null, null, null])
  })

  it('of a profit falls with every idle day', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 100 }), { minLength: 2, maxLength: 30 }), (daily) => {
        const ratio = annualSharpe(daily)
        fc.pre(ratio !== null && ratio > 0)
        expect(annualSharpe([...daily, 0])!).toBeLessThan(ratio)
      }),
    )
  })
})

describe('resampleTradingDays', () => {
  it('has the figures of the days inside its intervals, by the seed alone', () => {
    const once = of(DAILY, FEES)
    expect(once).toEqual(of(DAILY, FEES))
    expect(once).not.toEqual(of(DAILY, FEES, 8))
    const sharpe = annualSharpe(DAILY)!
    expect(once.sharpe_interval.low!).toBeLessThan(sharpe)
    expect(once.sharpe_interval.high!).toBeGreaterThan(sharpe)
    const [net, fees] = [DAILY, FEES].map((days) => days.reduce((a, b) => a + b, 0)) as [number, number]
    expect(once.fee_ratio_interval.low!).toBeLessThan(fees / (net + fees))
    expect(once.fee_ratio_interval.high!).toBeGreaterThan(fees / (net + fees))
  })

  it('knows the share of draws above 2: half of them where the ratio is 2', () => {
    // Two values with mean m and deviation 1: a ratio of m times the root of 365.
    const m = 2 / Math.sqrt(365)
    const days = Array.from({ length: 1001 }, (_, i) => (i === 1000 ? m : i % 2 ? m + 1 : m - 1))
    expect(annualSharpe(days)!).toBeCloseTo(2, 2)
    expect(Math.abs(of(days).sharpe_interval.probability_above_2! - 0.5)).toBeLessThan(0.06)
    expect(of(DAILY.map((pnl) => pnl - 5)).sharpe_interval.probability_above_2).toBe(0)
  })

  it('keeps the fees of a day with its P&L', () => {
    // Each day alone has a fee ratio of a tenth, so every draw has, whichever days it takes.
    const { low, high } = of([9, 18, 27, 36], [1, 2, 3, 4]).fee_ratio_interval
    expect([low, high]).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.1, 12)])
  })

  it('has no upper end of the fee ratio where too many draws have no profit before fees', () => {
    const { low, high } = of([30, -10, -10, 5], [1, 1, 1, 1]).fee_ratio_interval
    expect([low, high]).toEqual([expect.any(Number), null])
  })

  it('takes the drawdown of the days in the order drawn, from the bankroll on', () => {
    const { low, high } = of([-100, 300]).max_drawdown_interval
    // Of two draws both lose in a quarter (200 of 1,000), and none loses in another.
    expect([low, high]).toEqual([0, expect.closeTo(0.2, 12)])
  })

  it('takes the drawdown from the highest equity before, not from the bankroll', () => {
    // One loss of 50 at an equity of 3,000 at most is in every draw, however far above the bankroll it is.
    const days = Array.from({ length: 40 }, (_, i) => (i % 2 ? 100 : -50))
    expect(of(days).max_drawdown_interval.low!).toBeGreaterThan(50 / 3000)
  })

  it('says nothing of days without spread, and refuses fees of other days', () => {
    const none = { low: null, high: null }
    expect(of([0, 0, 0])).toEqual({
      sharpe_interval: { ...none, probability_above_2: null },
      ...{ max_drawdown_interval: none, fee_ratio_interval: none },
    })
    expect(() => of([1, 2], [0])).toThrow('2 days of P&L but 1 of fees.')
    expect(DAY_RESAMPLING).toEqual({ draws: 2000, level: 0.95 })
  })
})
