import type { BacktestBand } from 'kwx/contracts'
import { randomFrom } from 'kwx/random'
import { ASSUMPTIONS, annualSharpe, backtestGates, resampleTradingDays } from 'kwx/trading'
import { describe, expect, it } from 'vitest'

import { backtestVerdict } from '../src/metrics/verdict.ts'

const band = (over: Partial<BacktestBand> = {}, metrics: Partial<BacktestBand['metrics']> = {}, traded = 40) =>
  ({
    metrics: { sharpe: 3, max_drawdown: 0.05, ece: 0.03, fee_ratio: 0.01, n_trades: 50, ...metrics },
    sharpe_interval: { low: 0.5, high: 5.5, probability_above_2: 0.8 },
    max_drawdown_interval: { low: 0.02, high: 0.09 },
    fee_ratio_interval: { low: 0.005, high: 0.02 },
    days: { all: 60, traded, idle: 60 - traded },
    unsettled: 0,
    contradictory: 0,
    ...over,
  }) as BacktestBand
const judged = (pessimistic: BacktestBand, queue_last = band(), touch = band()) => {
  const bands = { pessimistic, queue_last, touch }
  const gates = backtestGates(bands)
  return { gates, verdict: backtestVerdict(bands, gates) }
}

describe('the verdict of a backtest', () => {
  it('passes with the figures of the judged ends', () => {
    const { gates, verdict } = judged(band())
    expect(gates.sharpe).toEqual({
      ...{ threshold: 2, actual: 3, passed: true, judged: 'low', judged_threshold: 0 },
      ...{ low: 0.5, high: 5.5, probability_above_2: 0.8 },
    })
    expect(verdict).toEqual({
      outcome: 'pass',
      sentence:
        'Passed by the worst of the three rules of filling: the Sharpe ratio is 3.00 and its lower end 0.50 (95 % of days resampled: 0.50 to 5.50; above 2 in 80.0 % of the draws), above 0 is needed; the largest drawdown is 5.0 % (upper end 9.0 %, at most 12.0 % is allowed); fees are 1.0 % of the profit before fees (upper end 2.0 %, at most 5.0 % is allowed). 50 trades on 40 of 60 days by trade-through.',
    })
  })

  it.each<[string, Partial<BacktestBand>, string]>([
    ['a Sharpe ratio', { sharpe_interval: { low: 0, high: 8, probability_above_2: 0.9 } as never }, 'lower end 0.00'],
    ['a drawdown', { max_drawdown_interval: { low: 0.01, high: 0.1201 } }, 'upper end 12.0 %'],
    ['a share of fees', { fee_ratio_interval: { low: 0.01, high: 0.0501 } }, 'upper end 5.0 %'],
    ['fees', { fee_ratio_interval: { low: 0.01, high: null } }, 'upper end without bound'],
  ])('fails %s whose resampled days are bad under one rule of the three', (_, worse, words) => {
    for (const { verdict } of [judged(band(worse)), judged(band(), band(worse)), judged(band(), band(), band(worse))]) {
      expect(verdict).toMatchObject({ outcome: 'fail', sentence: expect.stringContaining(words) })
    }
  })

  it('takes the worst of the three rules for every figure', () => {
    const sharpe_interval = { low: -1, high: 3, probability_above_2: 0.4 } as never
    const { gates } = judged(band({ sharpe_interval }), band({}, { sharpe: 1.9 }), band({}, { max_drawdown: 0.11 }))
    expect(gates.sharpe).toMatchObject({ threshold: 2, actual: 1.9, passed: false, low: -1, high: 3 })
    expect(gates.sharpe.probability_above_2).toBe(0.4)
    expect(gates.max_drawdown).toMatchObject({ threshold: 0.12, actual: 0.11, passed: true, high: 0.09 })
  })

  it('fails a drawdown of the days as they were that resampled days do not have', () => {
    expect(judged(band({}, { max_drawdown: 0.13 })).verdict.outcome).toBe('fail')
    expect(judged(band({}, { fee_ratio: null })).verdict.sentence).toContain('no profit before fees')
  })

  it('holds drawdown and fees on their thresholds, and a Sharpe ratio only above its own', () => {
    const exact = { max_drawdown_interval: { low: 0, high: 0.12 }, fee_ratio_interval: { low: 0, high: 0.05 } }
    expect(judged(band(exact, { max_drawdown: 0.12, fee_ratio: 0.05 }, 30)).verdict.outcome).toBe('pass')
    const least = { low: 1e-9, high: 4, probability_above_2: 0.5 } as never
    expect(judged(band({ sharpe_interval: least })).verdict.outcome).toBe('pass')
  })

  it('does not depend on the ECE', () => {
    const { gates, verdict } = judged(band({}, { ece: 0.2 }))
    expect(gates.ece).toEqual({ threshold: 0.09, actual: 0.2, passed: false, judged: 'none' })
    expect(verdict.outcome).toBe('pass')
  })

  it('is not enough evidence below thirty traded days under any rule, whatever the figures', () => {
    const bad = { sharpe_interval: { low: -9, high: -1, probability_above_2: 0 } as never }
    for (const [few, days] of [
      [judged(band({}, {}, 29)), 29],
      [judged(band(bad, {}, 12)), 12],
      [judged(band(), band({}, {}, 20)), 20],
    ] as const) {
      expect(few.gates.traded_days).toMatchObject({ threshold: 30, actual: days, passed: false })
      expect(few.verdict).toEqual({
        outcome: 'not-enough-evidence',
        sentence: `Not enough evidence: trades on ${days} of 60 days by the rule of filling that trades on fewest; 30 traded days are needed.`,
      })
    }
  })

  it('says one thing where nothing was traded', () => {
    const none = { low: null, high: null }
    const idle = band(
      {
        sharpe_interval: { ...none, probability_above_2: null } as never,
        ...{ max_drawdown_interval: none, fee_ratio_interval: none },
      },
      { n_trades: 0, sharpe: null, max_drawdown: null, ece: null, fee_ratio: null },
      0,
    )
    const { gates, verdict } = judged(idle, idle, idle)
    expect(verdict).toEqual({
      outcome: 'not-enough-evidence',
      sentence: 'Not enough evidence: nothing was traded; 30 traded days are needed.',
    })
    expect(Object.values(gates).some(({ passed }) => passed)).toBe(false)
  })

  it('is no pass while positions wait for their settlement', () => {
    expect(judged(band({ unsettled: 1 })).verdict.outcome).toBe('stale')
    const bad = { unsettled: 1, sharpe_interval: { low: -1, high: 3, probability_above_2: 0.3 } as never }
    expect(judged(band(bad)).verdict.outcome).toBe('fail')
  })
})

/** Whether stretches of 63 days pass, by the verdict and by the origin's point of 2, each seed a stretch. */
function passes(seeds: number, meanOverSd: number): { verdict: number; point: number } {
  const passed = { verdict: 0, point: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    const random = randomFrom(`stretch/${seed}`)
    const sd = ASSUMPTIONS.bankroll / 500
    const pnl = Float64Array.from({ length: 63 }, () => sd * (meanOverSd + random.normal()))
    const sharpe = annualSharpe(pnl)
    // Fees stay those of `band`: over resampled days they fail with the Sharpe ratio, and would hide what it does.
    const { sharpe_interval, max_drawdown_interval } = resampleTradingDays(pnl, new Float64Array(63), {
      bankroll: ASSUMPTIONS.bankroll,
      seed,
    })
    const days = { all: 63, traded: 63, idle: 0 }
    const one = band({ sharpe_interval, max_drawdown_interval, days } as never, { sharpe })
    passed.verdict += Number(judged(one, one, one).verdict.outcome === 'pass')
    passed.point += Number(sharpe! >= 2)
  }
  return passed
}

describe('a stretch of 63 days', () => {
  it('without edge passes in at most 5 of 100, where a point of at least 2 passes in twice as many', () => {
    const { verdict, point } = passes(200, 0)
    expect(verdict).toBeLessThanOrEqual(10)
    expect(verdict).toBeGreaterThan(0)
    expect(point).toBeGreaterThan(20)
  })

  it('with a Sharpe ratio of 10 passes in at least 90 of 100', () => {
    expect(passes(50, 10 / Math.sqrt(365)).verdict).toBeGreaterThanOrEqual(45)
  })
})
