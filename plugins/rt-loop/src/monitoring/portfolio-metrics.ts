import { Counter, Gauge, type Registry } from 'prom-client'

import type { PortfolioReport } from '../paper/portfolio.ts'

/** A portfolio as `/healthz` shows it. */
export interface PortfolioHealth {
  readonly minute: number
  readonly cash_dollars: number
  readonly equity_dollars: number
  readonly exposure_dollars: number
  readonly realised_today_dollars: number
  readonly loss_limit_reached: boolean
  /** What does not add up; null where all does. */
  readonly mismatch: string | null
  readonly unsettled: Readonly<Record<string, number>>
}

/** Keeps what is known of a portfolio, for the two pages. */
export class PortfolioMetrics {
  #last: PortfolioReport | null = null
  #mismatch: string | null = null
  readonly #orders: Counter
  readonly #fills: Counter
  readonly #outcomes: Counter
  readonly #unsettled: Gauge

  constructor(registry: Registry) {
    const registers = [registry]
    const gauge = (name: string, help: string, value: (report: PortfolioReport) => number) => {
      const last = () => this.#last
      return new Gauge({
        name,
        help,
        registers,
        collect() {
          const report = last()
          if (report) this.set(value(report))
        },
      })
    }
    gauge('kwx_portfolio_cash_dollars', 'Cash of the paper portfolio.', ({ cash }) => cash / 10_000)
    gauge('kwx_portfolio_equity_dollars', 'Cash and positions at their cost.', (r) => (r.cash + r.locked) / 10_000)
    gauge('kwx_portfolio_exposure_dollars', 'Positions and resting orders.', (r) => (r.locked + r.reserved) / 10_000)
    gauge('kwx_portfolio_day_dollars', 'Made or lost today (UTC).', ({ realisedToday }) => realisedToday / 10_000)
    gauge('kwx_portfolio_loss_limit', '1 while nothing is opened for the loss of the day.', (r) =>
      Number(r.lossLimitReached),
    )
    gauge('kwx_portfolio_reconciled', '1 while orders, fills, positions and cash add up.', () => Number(!this.mismatch))
    this.#orders = new Counter({ name: 'kwx_portfolio_orders_total', help: 'Paper orders.', registers })
    this.#fills = new Counter({ name: 'kwx_portfolio_fills_total', help: 'Paper fills.', registers })
    this.#outcomes = new Counter({
      name: 'kwx_portfolio_outcomes_total',
      help: 'Signals by what they led to.',
      labelNames: ['outcome'],
      registers,
    })
    this.#unsettled = new Gauge({
      name: 'kwx_portfolio_unsettled',
      help: 'Positions of closed markets that are not paid, by why.',
      labelNames: ['outcome'],
      registers,
    })
  }

  get mismatch(): string | null {
    return this.#mismatch
  }

  report(report: PortfolioReport): void {
    this.#last = report
    this.#mismatch = report.mismatch
    this.#orders.inc(report.orders)
    this.#fills.inc(report.fills)
    for (const [outcome, n] of Object.entries(report.outcomes)) this.#outcomes.inc({ outcome }, n)
    this.#unsettled.reset()
    for (const [outcome, n] of Object.entries(report.unsettled)) this.#unsettled.set({ outcome }, n)
  }

  checked(mismatch: string | null): void {
    this.#mismatch = mismatch
  }

  /** Null before the first minute. */
  health(): PortfolioHealth | null {
    if (!this.#last) return null
    const { minute, cash, locked, reserved, realisedToday, lossLimitReached, unsettled } = this.#last
    return {
      minute,
      cash_dollars: cash / 10_000,
      equity_dollars: (cash + locked) / 10_000,
      exposure_dollars: (locked + reserved) / 10_000,
      realised_today_dollars: realisedToday / 10_000,
      loss_limit_reached: lossLimitReached,
      mismatch: this.#mismatch,
      unsettled,
    }
  }
}
