import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { nearest } from 'kwx/schema'
import { formatDay, formatInstant, MS_PER_DAY, minuteToMs } from 'kwx/time'
import { findPortfolio, listPortfolios, realisedBetween } from '../storage/paper-portfolio.ts'
import { paperMismatch, paperSums } from '../storage/paper-reconciliation.ts'
import { readPaperDays, readPaperFills, readPaperPositions, readPaperResting } from '../storage/paper-report.ts'

import { dayOfMinute } from './paper-step.ts'

/** A portfolio as people and scripts read it; `schemas/portfolio.json` describes it. */
export interface ShownPortfolio {
  readonly loop: string
  readonly through: string
  readonly bankroll_dollars: number
  readonly cash_dollars: number
  readonly reserved_dollars: number
  readonly locked_dollars: number
  readonly equity_dollars: number
  readonly pnl_dollars: number
  readonly realised_today_dollars: number
  readonly reconciliation: { readonly adds_up: boolean; readonly mismatch: string | null }
  readonly positions: readonly {
    readonly ticker: string
    readonly city: string
    readonly event_day: string
    readonly side: 'yes' | 'no'
    readonly contracts: number
    readonly cost_dollars: number
    readonly settlement: string | null
  }[]
  readonly resting: readonly {
    readonly order: number
    readonly ticker: string
    readonly since: string
    readonly side: 'yes' | 'no'
    readonly price_dollars: number
    readonly contracts: number
    readonly filled_contracts: number
    readonly edge_cents: number
  }[]
  readonly day: string
  readonly fills: readonly {
    readonly fill: number
    readonly order: number
    readonly ticker: string
    readonly at: string
    readonly action: 'buy' | 'sell'
    readonly side: 'yes' | 'no'
    readonly role: 'maker' | 'taker'
    readonly price_dollars: number
    readonly contracts: number
    readonly fee_dollars: number
  }[]
  readonly days: readonly {
    readonly event_day: string
    readonly fills: number
    readonly fees_dollars: number
    readonly pnl_dollars: number
    readonly open_cost_dollars: number
  }[]
}

const dollars = (units: number): number => units / 10_000
const contracts = (centi: number): number => centi / 100

/**
 * A portfolio with everything added up anew from all its rows.
 *
 * @param loop  its name; may be left out where there is one portfolio
 * @param day  whose fills are shown, a day number (UTC); absent: the day of the last minute
 * @throws KwxError RT_PORTFOLIO_NONE (exit 5) where there is none, RT_PORTFOLIO_WHICH (exit 2) where the name is needed or
 *   not known
 */
export async function showPortfolio(
  db: Database,
  { loop, day }: { readonly loop: string | undefined; readonly day: number | undefined },
): Promise<ShownPortfolio> {
  const portfolio = (await findPortfolio(db, chosen(await listPortfolios(db), loop)))!
  const { portfolio_id: id, cash, locked, reserved, bankroll, through_minute } = portfolio
  const span = day === undefined ? dayOfMinute(through_minute) : ([day * MS_PER_DAY, (day + 1) * MS_PER_DAY] as const)
  const mismatch = paperMismatch(await paperSums(db, id))
  const positions = await readPaperPositions(db, id)
  const resting = await readPaperResting(db, id)
  const fills = await readPaperFills(db, id, span)
  return {
    loop: portfolio.loop,
    through: formatInstant(minuteToMs(through_minute)),
    bankroll_dollars: dollars(bankroll),
    cash_dollars: dollars(cash),
    reserved_dollars: dollars(reserved),
    locked_dollars: dollars(locked),
    equity_dollars: dollars(cash + locked),
    pnl_dollars: dollars(cash + locked - bankroll),
    realised_today_dollars: dollars(await realisedBetween(db, id, span)),
    reconciliation: { adds_up: mismatch === null, mismatch },
    positions: positions.map(({ ticker, city, day, side, count_centi, cost, settlement }) => ({
      ...{ ticker, city, event_day: formatDay(day), side },
      ...{ contracts: contracts(count_centi), cost_dollars: dollars(cost), settlement },
    })),
    resting: resting.map(({ order_no, ticker, at_ms, side, price, want_centi, filled_centi, edge_cents }) => ({
      ...{ order: order_no, ticker, since: formatInstant(at_ms), side, price_dollars: dollars(price) },
      ...{ contracts: contracts(want_centi), filled_contracts: contracts(filled_centi), edge_cents },
    })),
    day: formatDay(span[0] / MS_PER_DAY),
    fills: fills.map(({ fill_no, order_no, ticker, at_ms, side, action, role, price, count_centi, fee }) => ({
      ...{ fill: fill_no, order: order_no, ticker, at: formatInstant(at_ms), action, side, role },
      ...{ price_dollars: dollars(price), contracts: contracts(count_centi), fee_dollars: dollars(fee) },
    })),
    days: (await readPaperDays(db, id)).map(({ day, fills, fees, pnl, open_cost }) => ({
      ...{ event_day: formatDay(day), fills, fees_dollars: dollars(fees) },
      ...{ pnl_dollars: dollars(pnl), open_cost_dollars: dollars(open_cost) },
    })),
  }
}

function chosen(known: readonly string[], loop: string | undefined): string {
  if (known.length === 0) {
    throw new KwxError('There is no paper portfolio yet.', {
      code: 'RT_PORTFOLIO_NONE',
      exit: EXIT.stale,
      hint: 'Begin one with "kwx rt-loop --config FILE --record".',
    })
  }
  if (loop === undefined && known.length === 1) return known[0]!
  if (loop !== undefined && known.includes(loop)) return loop
  const guess = loop === undefined ? undefined : nearest(loop, known)
  const found = loop === undefined ? `There are ${known.length} portfolios` : `There is no portfolio "${loop}"`
  throw new KwxError(`${found}; expected one of ${known.join(', ')}.`, {
    code: 'RT_PORTFOLIO_WHICH',
    exit: EXIT.usage,
    hint: `Say which: --loop "${guess ?? known[0]}".`,
    details: { known },
  })
}
