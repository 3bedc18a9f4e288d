import { join } from 'node:path'

import { numbers, readTable, type Table, text } from 'kwx/artefacts'

import { DECISION, type Decision } from '../../decision.ts'
import { meanStd, orNull } from '../figures.ts'
import type { ReportDifference } from './differences.ts'
import { differingFigures, type Figure } from './figure.ts'

const [FILLS, DAILY] = ['fills.parquet', 'daily.parquet']

/** Rule of filling in the tables, by its name in the file. */
const RULES = { pessimistic: 'through', queue_last: 'queue_last', touch: 'touch' } as const

/** A day's P&L is in 1e-4 dollars. */
const UNITS_PER_CENT = 100

/** Where the metrics that file 07 states are not those of its artefact's fills and days. The ECE needs the labels too. */
export async function backtestDifferences({ backtest }: Decision): Promise<ReportDifference[]> {
  if (!backtest || !(FILLS in backtest.artefact.files) || !(DAILY in backtest.artefact.files)) return []
  const { artefact, content } = backtest
  const [fills, daily] = [await readTable(join(artefact.folder, FILLS)), await readTable(join(artefact.folder, DAILY))]
  const figures: Figure[] = [['/span/days', content.span.days, rowsOfRule(daily, RULES.pessimistic).length]]
  for (const rule of Object.keys(RULES) as (keyof typeof RULES)[]) {
    const { metrics } = content.bands[rule]
    const again = metricsOf(fills, daily, RULES[rule])
    for (const [name, value] of Object.entries(again)) {
      figures.push([`/bands/${rule}/metrics/${name}`, metrics[name as keyof typeof again], value])
      if (rule === 'pessimistic') figures.push([`/metrics/${name}`, content.metrics[name as keyof typeof again], value])
    }
  }
  return differingFigures(DECISION.backtest.file, figures)
}

function metricsOf(fills: Table, daily: Table, rule: string) {
  const days = rowsOfRule(daily, rule)
  const own = rowsOfRule(fills, rule)
  const pick = (table: Table, name: string, rows: number[]) => rows.map((row) => numbers(table, name)[row]!)
  const pnl = pick(daily, 'pnl_units', days)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const { mean, std } = meanStd(pnl)
  const [total, fees] = [sum(pnl) / UNITS_PER_CENT, sum(pick(fills, 'fee_units', own)) / UNITS_PER_CENT]
  return {
    sharpe: mean === null || !std ? null : orNull((mean / std) * Math.sqrt(365)),
    max_drawdown: own.length === 0 ? null : Math.max(0, ...pick(daily, 'drawdown', days)),
    total_pnl_cents: total,
    total_fees_cents: fees,
    gross_pnl_cents: total + fees,
    fee_ratio: total + fees > 0 ? fees / (total + fees) : null,
    n_trades: new Set(pick(fills, 'order', own)).size,
  }
}

function rowsOfRule(table: Table, rule: string): number[] {
  const { codes, values } = text(table, 'rule')
  return [...codes.keys()].filter((row) => values[codes[row]!] === rule)
}
