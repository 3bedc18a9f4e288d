import { hourOf, lossDifferences, marketHourDayMeans, marketHourSums } from 'kwx/scores'
import type { ScoredSignal } from '../storage/champion-signals.ts'

/** What a settled day says about a champion. */
interface DayDifference {
  /** Mean over market-hours of the delivered probability's log loss minus the market's, nats. */
  readonly difference: number
  readonly marketHours: number
}

/**
 * d_t of an e-process from a day's recorded rows, weighted as gates weigh them: each (market, hour) counts once.
 *
 * @param yes  tickers of markets that said YES
 * @returns null without rows
 * @cost O(rows)
 */
export function dayDifference(rows: readonly ScoredSignal[], yes: ReadonlySet<string>): DayDifference | null {
  if (rows.length === 0) return null
  const markets = new Map<string, number>()
  for (const { ticker } of rows) if (!markets.has(ticker)) markets.set(ticker, markets.size)
  const losses = lossDifferences(
    rows.map(({ ticker }) => (yes.has(ticker) ? 1 : 0)),
    rows.map(({ pBlend }) => pBlend),
    rows.map(({ pMarket }) => pMarket),
  )
  const daily = marketHourSums(
    {
      day: rows.map(() => 0),
      market: rows.map(({ ticker }) => markets.get(ticker)!),
      hour: rows.map(({ endMinute }) => hourOf(endMinute)),
    },
    losses,
  )
  return { difference: marketHourDayMeans(daily)[0]!, marketHours: daily.counts[0]! }
}
