import type { Column, Table } from 'kwx/artefacts'

import { FILL_RULES } from 'kwx/trading'
import type { BacktestInputs, BacktestRuns } from './run-rules.ts'

const textColumn = (values: readonly string[], codes: readonly number[]): Column => ({
  values,
  codes: Int32Array.from(codes),
})

/** `fills.parquet`: every fill of the three rules, in the order of rules and then of time. */
export function fillsTable({ signals }: BacktestInputs, { runs, judgement }: BacktestRuns): Table {
  const fills = FILL_RULES.flatMap((rule, r) =>
    runs[rule].ledger.fills.map((fill) => ({ ...fill, r, edge: runs[rule].ledger.orders[fill.order]!.edge })),
  )
  const int = (of: (fill: (typeof fills)[number]) => number) => Int32Array.from(fills, of)
  return new Map<string, Column>([
    [
      'rule',
      textColumn(
        FILL_RULES,
        fills.map(({ r }) => r),
      ),
    ],
    [
      'market',
      textColumn(
        signals.tickers,
        fills.map(({ market }) => market),
      ),
    ],
    ['event_day', int(({ market }) => judgement.marketDay[market]!)],
    ['time_ms', Float64Array.from(fills, ({ timeMs }) => timeMs)],
    ['order', int(({ order }) => order)],
    [
      'side',
      textColumn(
        ['yes', 'no'],
        fills.map(({ side }) => side),
      ),
    ],
    [
      'action',
      textColumn(
        ['buy', 'sell'],
        fills.map(({ opens }) => (opens ? 0 : 1)),
      ),
    ],
    [
      'role',
      textColumn(
        ['maker', 'taker'],
        fills.map(({ maker }) => (maker ? 0 : 1)),
      ),
    ],
    ['price_cents', int(({ price }) => price)],
    ['count_centi', int(({ countCenti }) => countCenti)],
    ['fee_units', int(({ fee }) => fee)],
    ['claimed_edge_cents', Float64Array.from(fills, ({ edge }) => edge)],
    ['signal_minute', int(({ signal }) => signals.endMinute[signal]!)],
    ['p_delivered', Float64Array.from(fills, ({ signal }) => signals.p[signal]!)],
  ])
}

/** `daily.parquet`: P&L and equity of every calendar day under the three rules, 1e-4 dollars. */
export function dailyTable({ firstDay, lastDay }: BacktestInputs, { runs }: BacktestRuns): Table {
  const days = lastDay - firstDay + 1
  const all = (of: 'daily' | 'equity' | 'drawdown') =>
    Float64Array.from(FILL_RULES.flatMap((rule) => [...runs[rule][of]]))
  return new Map<string, Column>([
    [
      'rule',
      textColumn(
        FILL_RULES,
        FILL_RULES.flatMap((_, r) => new Array<number>(days).fill(r)),
      ),
    ],
    ['day', Int32Array.from({ length: 3 * days }, (_, i) => firstDay + (i % days))],
    ['pnl_units', all('daily')],
    ['equity_units', all('equity')],
    ['drawdown', all('drawdown')],
  ])
}
