import { join } from 'node:path'

import { numbers, readTable, type Table, text } from 'kwx/artefacts'
import type { BacktestBand, BacktestGate } from 'kwx/contracts'
import { ASSUMPTIONS, annualSharpe, backtestGates, DAY_RESAMPLING, resampleTradingDays } from 'kwx/trading'

import { DECISION, type Decision } from '../../decision.ts'
import type { ReportDifference } from './differences.ts'
import { differingFigures, type Figure } from './figure.ts'

const [FILLS, DAILY] = ['fills.parquet', 'daily.parquet']

/** Rule of filling in the tables, by its name in the file. */
const RULES = { pessimistic: 'through', queue_last: 'queue_last', touch: 'touch' } as const
type Rule = keyof typeof RULES

/** A day's P&L is in 1e-4 dollars. */
const UNITS_PER_CENT = 100

/**
 * Where the figures that file 07 states are not those of its artefact's fills and days: the metrics of each rule of filling, their
 * intervals over resampled days, and the gates on the worst of the rules. The ECE needs the labels too and is taken from
 * the file.
 */
export async function backtestDifferences({ backtest }: Decision): Promise<ReportDifference[]> {
  if (!backtest || !(FILLS in backtest.artefact.files) || !(DAILY in backtest.artefact.files)) return []
  const { artefact, content } = backtest
  const [fills, daily] = [await readTable(join(artefact.folder, FILLS)), await readTable(join(artefact.folder, DAILY))]
  const { resampling } = content
  const figures: Figure[] = [
    ['/span/days', content.span.days, rowsOfRule(daily, RULES.pessimistic).length],
    ['/resampling/draws', resampling.draws, DAY_RESAMPLING.draws],
    ['/resampling/level', resampling.level, DAY_RESAMPLING.level],
  ]
  const again = (rule: Rule) => bandOf(fills, daily, RULES[rule], content.bands[rule].metrics.ece, resampling.seed)
  const bands = { pessimistic: again('pessimistic'), queue_last: again('queue_last'), touch: again('touch') }
  for (const rule of Object.keys(RULES) as Rule[]) {
    figures.push(...bandFigures(`/bands/${rule}`, content.bands[rule], bands[rule]))
  }
  figures.push(...figuresOf('/metrics', content.metrics, bands.pessimistic.metrics))
  for (const [name, gate] of Object.entries(backtestGates(bands))) {
    figures.push(...gateFigures(`/gates/${name}`, content.gates[name as keyof typeof content.gates], gate))
  }
  return differingFigures(DECISION.backtest.file, figures)
}

/** A rule's metrics, intervals and traded days from its fills and days. */
function bandOf(fills: Table, daily: Table, rule: string, ece: number | null, seed: number) {
  const days = rowsOfRule(daily, rule)
  const own = rowsOfRule(fills, rule)
  const pick = (table: Table, name: string, rows: number[]) => rows.map((row) => numbers(table, name)[row]!)
  const pnl = pick(daily, 'pnl_units', days)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const [eventDay, fee] = [pick(fills, 'event_day', own), pick(fills, 'fee_units', own)]
  const [total, fees] = [sum(pnl) / UNITS_PER_CENT, sum(fee) / UNITS_PER_CENT]
  const place = new Map(pick(daily, 'day', days).map((day, k) => [day, k]))
  const dailyFees = new Float64Array(days.length)
  eventDay.forEach((day, i) => {
    dailyFees[place.get(day)!]! += fee[i]!
  })
  const traded = new Set(eventDay).size
  return {
    metrics: {
      ece,
      sharpe: annualSharpe(pnl),
      max_drawdown: own.length === 0 ? null : Math.max(0, ...pick(daily, 'drawdown', days)),
      total_pnl_cents: total,
      total_fees_cents: fees,
      gross_pnl_cents: total + fees,
      fee_ratio: total + fees > 0 ? fees / (total + fees) : null,
      n_trades: new Set(pick(fills, 'order', own)).size,
    },
    ...resampleTradingDays(pnl, dailyFees, { bankroll: ASSUMPTIONS.bankroll, seed }),
    days: { all: days.length, traded, idle: days.length - traded },
  }
}

function bandFigures(at: string, written: BacktestBand, again: ReturnType<typeof bandOf>): Figure[] {
  const { draws, level } = DAY_RESAMPLING
  const sharpe = { ...again.sharpe_interval, draws, level, days: again.days.all }
  return [
    ...figuresOf(`${at}/metrics`, written.metrics, again.metrics),
    ...figuresOf(`${at}/days`, written.days, again.days),
    ...figuresOf(`${at}/sharpe_interval`, written.sharpe_interval, sharpe),
    ...figuresOf(`${at}/max_drawdown_interval`, written.max_drawdown_interval, again.max_drawdown_interval),
    ...figuresOf(`${at}/fee_ratio_interval`, written.fee_ratio_interval, again.fee_ratio_interval),
  ]
}

/** Thresholds and ends as they are, `passed` as 1 or 0, `judged` as 1 where it is the same word; what a side lacks is null. */
function gateFigures(at: string, written: BacktestGate, again: BacktestGate): Figure[] {
  const numbersOf = ({ passed, judged, ...figures }: BacktestGate) => ({
    ...{ judged_threshold: null, low: null, high: null, probability_above_2: null, ...figures },
    ...{ passed: Number(passed), judged: Number(judged === again.judged) },
  })
  return figuresOf(at, numbersOf(written), numbersOf(again))
}

/** A figure for each name of what was computed again. */
function figuresOf<Name extends string>(
  at: string,
  written: Readonly<Record<Name, number | null>>,
  again: Readonly<Record<Name, number | null>>,
): Figure[] {
  return (Object.keys(again) as Name[]).map((name) => [`${at}/${name}`, written[name], again[name]])
}

function rowsOfRule(table: Table, rule: string): number[] {
  const { codes, values } = text(table, 'rule')
  return [...codes.keys()].filter((row) => values[codes[row]!] === rule)
}
