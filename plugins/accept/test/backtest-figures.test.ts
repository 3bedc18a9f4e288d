import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Column, writeTable } from 'kwx/artefacts'
import type { BacktestGates } from 'kwx/contracts'
import { ASSUMPTIONS, backtestGates, DAY_RESAMPLING, resampleTradingDays } from 'kwx/trading'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { backtestDifferences } from '../src/services/recompute/backtest-figures.ts'

const RULES = ['through', 'queue_last', 'touch']
/** P&L in 1e-4 dollars of three days under each rule; the last rule trades nothing. */
const PNL = [
  [3000, -1000, 1000],
  [0, 2000, 4000],
  [0, 0, 0],
]
/** Rule, order, fee in 1e-4 dollars and event day of each fill. */
const FILLS = [
  [0, 0, 100, 20_000],
  [0, 0, 50, 20_000],
  [0, 2, 150, 20_002],
  [1, 1, 6000, 20_001],
] as const
/** Fees of the three days under each rule. */
const FEES = [
  [150, 0, 150],
  [0, 6000, 0],
  [0, 0, 0],
]
const SEED = 42

// Mean 1000, deviations 2000, -2000 and 0; mean 2000, deviations -2000, 0 and 2000.
const spread = Math.sqrt(8_000_000 / 3)
const through = () => ({
  ...{ sharpe: (1000 / spread) * Math.sqrt(365), max_drawdown: 0.1, total_pnl_cents: 30, total_fees_cents: 3 },
  ...{ gross_pnl_cents: 33, fee_ratio: 3 / 33, n_trades: 2 },
})
const queueLast = () => ({
  ...{ sharpe: (2000 / spread) * Math.sqrt(365), max_drawdown: 0, total_pnl_cents: 60, total_fees_cents: 60 },
  ...{ gross_pnl_cents: 120, fee_ratio: 0.5, n_trades: 1 },
})
const touch = () => ({
  ...{ sharpe: null, max_drawdown: null as number | null, total_pnl_cents: 0, total_fees_cents: 0 },
  ...{ gross_pnl_cents: 0, fee_ratio: null, n_trades: 0 },
})
/** A band as the backtest writes it. */
function band<M extends ReturnType<typeof touch> | ReturnType<typeof through>>(
  rule: number,
  metrics: M,
  traded: number,
) {
  const resampled = resampleTradingDays(PNL[rule]!, FEES[rule]!, { bankroll: ASSUMPTIONS.bankroll, seed: SEED })
  return {
    metrics: { ...metrics, ece: 0.05 },
    ...resampled,
    sharpe_interval: { ...resampled.sharpe_interval, ...DAY_RESAMPLING, days: 3 },
    days: { all: 3, traded, idle: 3 - traded },
  }
}
const content = () => {
  const bands = { pessimistic: band(0, through(), 2), queue_last: band(1, queueLast(), 1), touch: band(2, touch(), 0) }
  const gates = backtestGates(bands) as { [Name in keyof BacktestGates]: Changeable<BacktestGates[Name]> }
  return {
    span: { days: 3 },
    resampling: { ...DAY_RESAMPLING, seed: SEED } as { draws: number; level: number; seed: number },
    metrics: { ...through(), ece: 0.05 },
    bands: bands as Changeable<typeof bands>,
    gates,
  }
}
type Changeable<T> = T extends object ? { -readonly [Key in keyof T]: Changeable<T[Key]> } : T

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-backtest-'))
  const rule = (codes: number[]): Column => ({ codes: Int32Array.from(codes), values: RULES })
  await writeTable(
    join(folder, 'daily.parquet'),
    new Map<string, Column>([
      ['rule', rule([0, 0, 0, 1, 1, 1, 2, 2, 2])],
      ['day', Int32Array.from({ length: 9 }, (_, i) => 20_000 + (i % 3))],
      ['pnl_units', Float64Array.from(PNL.flat())],
      ['drawdown', Float64Array.of(0, 0.1, 0.05, 0, 0, 0, 0, 0, 0)],
    ]),
  )
  await writeTable(
    join(folder, 'fills.parquet'),
    new Map<string, Column>([
      ['rule', rule(FILLS.map(([own]) => own))],
      ['event_day', Int32Array.from(FILLS, ([, , , day]) => day)],
      ['order', Int32Array.from(FILLS, ([, order]) => order)],
      ['fee_units', Int32Array.from(FILLS, ([, , fee]) => fee)],
    ]),
  )
})
afterAll(() => rm(folder, { recursive: true }))

const places = async (change: (of: ReturnType<typeof content>) => void = () => {}) => {
  const own = content()
  change(own)
  const artefact = { folder, files: { 'fills.parquet': '', 'daily.parquet': '' } }
  const decision = { backtest: { artefact, content: own } } as unknown as Parameters<typeof backtestDifferences>[0]
  return (await backtestDifferences(decision)).map(({ file, at }) => `${file.slice(0, 2)} ${at}`)
}

describe('backtestDifferences', () => {
  it('finds none where the metrics follow from fills and days', async () => {
    expect(await places()).toEqual([])
    expect(await backtestDifferences({})).toEqual([])
  })

  it.each<[string, (of: ReturnType<typeof content>) => void]>([
    ['07 /span/days', (of) => (of.span.days = 2)],
    ['07 /metrics/sharpe', (of) => (of.metrics.sharpe += 1e-9)],
    ['07 /bands/pessimistic/metrics/n_trades', (of) => (of.bands.pessimistic.metrics.n_trades = 3)],
    ['07 /bands/queue_last/metrics/total_fees_cents', (of) => (of.bands.queue_last.metrics.total_fees_cents = 61)],
    ['07 /bands/queue_last/metrics/fee_ratio', (of) => (of.bands.queue_last.metrics.fee_ratio = 0.4)],
    ['07 /bands/touch/metrics/max_drawdown', (of) => (of.bands.touch.metrics.max_drawdown = 0)],
    ['07 /bands/touch/days/traded', (of) => (of.bands.touch.days.traded = 1)],
    ['07 /bands/pessimistic/sharpe_interval/low', (of) => (of.bands.pessimistic.sharpe_interval.low = 0.1)],
    [
      '07 /bands/pessimistic/sharpe_interval/probability_above_2',
      (of) => (of.bands.pessimistic.sharpe_interval.probability_above_2! += 1 / 2000),
    ],
    ['07 /bands/queue_last/max_drawdown_interval/high', (of) => (of.bands.queue_last.max_drawdown_interval.high = 0.1)],
    ['07 /bands/queue_last/fee_ratio_interval/low', (of) => (of.bands.queue_last.fee_ratio_interval.low = 0.1)],
    ['07 /resampling/draws', (of) => (of.resampling.draws = 20)],
    ['07 /gates/sharpe/low', (of) => (of.gates.sharpe.low = 0.1)],
    ['07 /gates/sharpe/judged_threshold', (of) => (of.gates.sharpe.judged_threshold = -10)],
    ['07 /gates/sharpe/judged', (of) => (of.gates.sharpe.judged = 'none')],
    ['07 /gates/fee_ratio/passed', (of) => (of.gates.fee_ratio.passed = true)],
    ['07 /gates/max_drawdown/threshold', (of) => (of.gates.max_drawdown.threshold = 0.5)],
    ['07 /gates/traded_days/actual', (of) => (of.gates.traded_days.actual = 30)],
  ])('finds %s', async (at, change) => {
    expect(await places(change)).toEqual([at])
  })

  it('finds intervals of another seed than the one it names', async () => {
    expect(await places((of) => (of.resampling.seed = 43))).toEqual([
      '07 /bands/queue_last/sharpe_interval/probability_above_2',
    ])
  })
})
