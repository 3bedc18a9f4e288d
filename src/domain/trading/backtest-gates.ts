import type { BacktestBand, BacktestGate, BacktestGates, DayInterval } from '../contracts/backtest-acceptance.ts'
import type { ResampledDays } from './day-resampling.ts'

/** What the gates need to know of a run under one rule of filling. */
type Judged = Readonly<
  Record<
    'pessimistic' | 'queue_last' | 'touch',
    ResampledDays & {
      readonly metrics: Pick<BacktestBand['metrics'], 'sharpe' | 'max_drawdown' | 'ece' | 'fee_ratio'>
      readonly days: Pick<BacktestBand['days'], 'traded'>
    }
  >
>

/** The origin's thresholds, on the figures of the days as they were. */
const THRESHOLD = { ece: 0.09, sharpe: 2, max_drawdown: 0.12, fee_ratio: 0.05 } as const

/** Of 100 stretches of 63 normal days without edge 21 reach the origin's 2, and 3 a lower end above 0 (bench/no-edge.js). */
const LEAST_SHARPE = 0

/** Days that must have traded: a month. Their number, not the orders', is the sample. */
const LEAST_TRADED_DAYS = 30

/**
 * Judges a backtest on the worst of the three rules of filling and on the bad end of its resampled days.
 *
 * Each figure is the worst of the three rules on its own; a rule without a value fails the gate. Sharpe: the lower end
 * must be above 0. Drawdown and fees: the value of the days as they were and the upper end must both be at most the
 * threshold. ECE is reported against the origin's threshold and decides nothing.
 */
export function backtestGates(bands: Judged): BacktestGates {
  const rules = [bands.pessimistic, bands.queue_last, bands.touch]
  const worst = (of: (rule: (typeof rules)[number]) => number | null, choose: (...values: number[]) => number) => {
    const values = rules.map(of)
    return values.some((value) => value === null) ? null : choose(...(values as number[]))
  }
  const atMost = (value: number | null, threshold: number) => value !== null && value <= threshold

  const bounded = (name: 'max_drawdown' | 'fee_ratio'): BacktestGate => {
    const threshold = THRESHOLD[name]
    const ends = (rule: (typeof rules)[number]): DayInterval => rule[`${name}_interval`]
    const actual = worst(({ metrics }) => metrics[name], Math.max)
    const low = worst((rule) => ends(rule).low, Math.max)
    const high = worst((rule) => ends(rule).high, Math.max)
    const passed = atMost(actual, threshold) && atMost(high, threshold)
    return { threshold, actual, passed, judged: 'high', judged_threshold: threshold, low, high }
  }

  const low = worst(({ sharpe_interval }) => sharpe_interval.low, Math.min)
  const ece = worst(({ metrics }) => metrics.ece, Math.max)
  const traded = Math.min(...rules.map(({ days }) => days.traded))
  return {
    ece: { threshold: THRESHOLD.ece, actual: ece, passed: atMost(ece, THRESHOLD.ece), judged: 'none' },
    sharpe: {
      threshold: THRESHOLD.sharpe,
      actual: worst(({ metrics }) => metrics.sharpe, Math.min),
      passed: low !== null && low > LEAST_SHARPE,
      judged: 'low',
      judged_threshold: LEAST_SHARPE,
      low,
      high: worst(({ sharpe_interval }) => sharpe_interval.high, Math.min),
      probability_above_2: worst(({ sharpe_interval }) => sharpe_interval.probability_above_2, Math.min),
    },
    max_drawdown: bounded('max_drawdown'),
    fee_ratio: bounded('fee_ratio'),
    traded_days: {
      threshold: LEAST_TRADED_DAYS,
      actual: traded,
      passed: traded >= LEAST_TRADED_DAYS,
      judged: 'actual',
      judged_threshold: LEAST_TRADED_DAYS,
    },
  }
}
