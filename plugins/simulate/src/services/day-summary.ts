import type { SimulatedDay } from '../simulate-days.ts'

/** Figures of one day that add up; kept in the proof of its `markets` row in `completeness`. */
export interface DayFigures {
  readonly markets: number
  readonly candles: number
  readonly trades: number
  /** Bars with both sides quoted, on which the losses are summed. */
  readonly quoted: number
  /** Quoted bars of the market that won. */
  readonly quoted_yes: number
  /** Sums of -ln of what was given to the outcome, by the truth and by the mid. */
  readonly true_loss: number
  readonly market_loss: number
}

/** What was made, over all days. */
export interface SimulationSummary {
  readonly city: string
  readonly days: number
  readonly markets: number
  readonly candles: number
  readonly trades: number
  /** Share of quoted bars whose market settled YES. */
  readonly yes_share: number
  /** Mean log loss on the quoted bars, clipped at 1e-6: of the true probability and of the mid. */
  readonly true_log_loss: number
  readonly market_log_loss: number
  /** False when equal parameters had made these rows before. */
  readonly written: boolean
}

const CLIP = 1e-6
const loss = (yes: boolean, p: number) => -Math.log(Math.max(CLIP, Math.min(1 - CLIP, yes ? p : 1 - p)))

export function figuresOf({ event }: SimulatedDay): DayFigures {
  const sums = { markets: 0, candles: 0, trades: 0, quoted: 0, quoted_yes: 0, true_loss: 0, market_loss: 0 }
  for (const { bars, prints, result } of event?.markets ?? []) {
    const yes = result === 'yes'
    sums.markets++
    sums.candles += bars.length
    sums.trades += prints.length
    for (const { bid, ask, truth } of bars) {
      if (bid.close === null || ask.close === null) continue
      sums.quoted++
      if (yes) sums.quoted_yes++
      sums.true_loss += loss(yes, truth)
      sums.market_loss += loss(yes, (bid.close + ask.close) / 200)
    }
  }
  return sums
}

/** Adds up in the order given: equal days give equal sums. */
export function summaryOf(city: string, figures: readonly DayFigures[], written: boolean): SimulationSummary {
  const sum = (key: keyof DayFigures) => figures.reduce((total, day) => total + day[key], 0)
  const quoted = Math.max(1, sum('quoted'))
  return {
    city,
    days: figures.length,
    markets: sum('markets'),
    candles: sum('candles'),
    trades: sum('trades'),
    yes_share: sum('quoted_yes') / quoted,
    true_log_loss: sum('true_loss') / quoted,
    market_log_loss: sum('market_loss') / quoted,
    written,
  }
}

/** One sentence for people. */
export function describeSimulation(made: SimulationSummary): string {
  const { city, days, markets, candles, trades, yes_share, true_log_loss, market_log_loss, written } = made
  const rows = `${days} days, ${markets} markets, ${candles} candles, ${trades} trades`
  const scores = `${(100 * yes_share).toFixed(1)} % YES, log loss ${true_log_loss.toFixed(4)} of the truth, ${market_log_loss.toFixed(4)} of the market`
  return `${city}: ${rows}; ${scores}${written ? '' : ' (there already)'}`
}
