import type { BacktestBand, BacktestMetrics } from 'kwx/contracts'
import { ece } from 'kwx/scores'
import type { Ledger } from 'kwx/trading'
import { ASSUMPTIONS, annualSharpe, DAY_RESAMPLING, resampleTradingDays } from 'kwx/trading'
import { adverseSelection } from './adverse-selection.ts'
import { drawdowns, equityCurve } from './drawdown.ts'
import { edgeBuckets } from './edge-buckets.ts'
import { eventDayTotals } from './event-day-totals.ts'
import { type JudgedOrder, openingOrders } from './opening-orders.ts'

/** What metrics need to know beside a ledger. */
export interface Judgement {
  /** Calendar days of the test span, both included. */
  readonly firstDay: number
  readonly lastDay: number
  /** Event day of each market. */
  readonly marketDay: Int32Array
  /** 1 YES, 0 NO, negative where nothing was paid; by market. */
  readonly label: Int8Array
  readonly signalP: Float64Array
  readonly hourOf: (timeMs: number) => number
  readonly distanceOf: (market: number, timeMs: number) => string
  /** Labels of `distanceOf` in order. */
  readonly distances: readonly string[]
  readonly seed: number
}

/** A run under one rule with everything that is told of it. */
export interface JudgedRun {
  readonly band: BacktestBand
  /** 1e-4 dollars, by calendar day. */
  readonly daily: Float64Array
  readonly equity: Float64Array
  readonly drawdown: Float64Array
  /** Opening orders in markets that settled. */
  readonly judged: readonly JudgedOrder[]
}

/** Cents of an amount in 1e-4 dollars: two decimals at most. */
const cents = (units: number) => units / 100

/** Judges one run. */
export function judgeRun(ledger: Ledger, about: Judgement): JudgedRun {
  const byDay = (amount: Float64Array) => eventDayTotals(about.firstDay, about.lastDay, about.marketDay, amount)
  const daily = byDay(ledger.marketPnl)
  const { bankroll } = ASSUMPTIONS
  const resampled = resampleTradingDays(daily, byDay(ledger.marketFees), { bankroll, seed: about.seed })
  const judged = openingOrders(ledger, about.label)
  const { metrics, reasons } = metricsOf(ledger, daily, judged, about)
  const equity = equityCurve(ASSUMPTIONS.bankroll, daily)
  const tradedDays = new Set(ledger.fills.map(({ market }) => about.marketDay[market]!)).size
  const sum = (of: (fill: Ledger['fills'][number]) => number) =>
    ledger.fills.reduce((total, fill) => total + of(fill), 0)
  const filled = sum(({ countCenti }) => countCenti)
  const makerWanted = ledger.orders.reduce((total, { maker, wantCenti }) => total + (maker ? wantCenti : 0), 0)
  const makerFilled = sum(({ maker, countCenti }) => (maker ? countCenti : 0))
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))
  const ends = [...Map.groupBy(ledger.orders, ({ end }) => end)].sort(([a], [b]) => (a < b ? -1 : 1))
  const band: BacktestBand = {
    metrics,
    reasons:
      metrics.fee_ratio !== null && resampled.fee_ratio_interval.high === null
        ? { ...reasons, fee_ratio_high: 'too many resamples of the days have no profit before fees' }
        : reasons,
    ...resampled,
    sharpe_interval: { ...resampled.sharpe_interval, ...DAY_RESAMPLING, days: daily.length },
    days: { all: daily.length, traded: tradedDays, idle: daily.length - tradedDays },
    orders: ledger.orders.length,
    fills: ledger.fills.length,
    turnover: sum(({ price, countCenti }) => price * countCenti) / ASSUMPTIONS.bankroll,
    fill_rate: makerWanted > 0 ? makerFilled / makerWanted : null,
    maker_share: filled > 0 ? makerFilled / filled : null,
    unsettled: ledger.unsettled,
    contradictory: ledger.contradictory,
    crossed_quotes: ledger.crossedQuotes,
    signals: ledger.signals,
    order_ends: Object.fromEntries(ends.map(([end, orders]) => [end, orders.length])),
    adverse_selection: {
      by_role: adverseSelection(judged, ({ order }) => (order.maker ? 'maker' : 'taker'), ['maker', 'taker']),
      by_hour: adverseSelection(judged, ({ order }) => hours[about.hourOf(order.timeMs)]!, hours),
      by_distance: adverseSelection(
        judged,
        ({ order }) => about.distanceOf(order.market, order.timeMs),
        about.distances,
      ),
    },
    edge_buckets: edgeBuckets(judged, about.marketDay, about.seed),
  }
  return { band, daily, equity, drawdown: drawdowns(ASSUMPTIONS.bankroll, equity), judged }
}

function metricsOf(ledger: Ledger, daily: Float64Array, judged: readonly JudgedOrder[], about: Judgement) {
  const reasons: Record<string, string> = {}
  const orNull = (name: string, value: number | null, reason: string) => {
    if (value === null) reasons[name] = reason
    return value
  }
  const net = daily.reduce((a, b) => a + b, 0)
  const fees = ledger.marketFees.reduce((a, b) => a + b, 0)
  const gross = net + fees
  const trades = ledger.orders.filter(({ filledCenti }) => filledCenti > 0).length
  const none = 'nothing was traded'
  const acted = actedOn(judged, about)
  const drawdown = drawdowns(ASSUMPTIONS.bankroll, equityCurve(ASSUMPTIONS.bankroll, daily))
  const metrics: BacktestMetrics = {
    sharpe: orNull('sharpe', annualSharpe(daily), trades === 0 ? none : 'the daily P&L never changes'),
    max_drawdown: orNull('max_drawdown', trades === 0 ? null : Math.max(...drawdown), none),
    ece: orNull('ece', acted.p.length === 0 ? null : ece(acted.y, acted.p), 'no opened position has settled'),
    fee_ratio: orNull(
      'fee_ratio',
      gross > 0 ? fees / gross : null,
      trades === 0 ? none : 'there is no profit before fees to pay them from',
    ),
    total_pnl_cents: cents(net),
    gross_pnl_cents: cents(gross),
    total_fees_cents: cents(fees),
    n_trades: trades,
  }
  return { metrics, reasons }
}

/** P(YES) and outcome of the signals whose orders opened a position, one row each. */
export function actedOn(judged: readonly JudgedOrder[], { signalP, label }: Pick<Judgement, 'signalP' | 'label'>) {
  const traded = judged.filter(({ filledCenti }) => filledCenti > 0)
  return {
    p: Float64Array.from(traded, ({ order }) => signalP[order.signal]!),
    y: Uint8Array.from(traded, ({ order }) => label[order.market]!),
    market: Int32Array.from(traded, ({ order }) => order.market),
  }
}
