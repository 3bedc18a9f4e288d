import { clipProbability, logit, marketProbability } from '../model/probability.ts'
import type { Feature, FeatureInput, MarketView } from './feature.ts'

/*
 * Where else the market's own prints put its price, as a difference to its log-odds: features of a model that corrects
 * the price instead of guessing it anew. Each is 0 where there is nothing else to say, so that zero evidence leaves the
 * price as it is.
 */

/** No other reading of the price moves a feature by more than this, in log-odds. */
const LONGEST_PULL = 1.5
/** Other readings are held within half a cent of the ends: nearer ones are noise of the tick. */
const HALF_A_CENT: readonly [number, number] = [0.005, 0.995]
/** Cents between the sides at which the middle of the book counts once, and how often it counts at most. */
const [WIDE, MOST] = [10, 2]
/** A ladder whose prices sum to less is missing a market. */
const LEAST_TOTAL = 0.9

const priceOf = (view: MarketView, i: number) => logit(marketProbability(view.mid[i]!))

/** Log-odds from the price to another reading of it. */
function pull(view: MarketView, i: number, probability: number): number {
  const to = logit(clipProbability(probability, HALF_A_CENT)) - priceOf(view, i)
  return Math.max(-LONGEST_PULL, Math.min(LONGEST_PULL, to))
}

const feature = (
  name: string,
  inputs: readonly FeatureInput[],
  lookBackMinutes: number,
  missing: Feature['missing'],
  value: (view: MarketView, i: number) => number,
): Feature => ({
  name,
  unit: 'log-odds',
  inputs,
  lookBackMinutes,
  missing,
  compute(view, out) {
    for (let i = 0; i < view.n; i++) out[i] = value(view, i)
  },
})

/** Log-odds of the market's price, clipped as every probability is: what an offset model starts from. */
export const marketLogit = feature('market_logit', ['price'], 0, 'critical', priceOf)

/**
 * To the middle of the two sides, times their distance over ten cents (at most 2): the wider the book, the less the last
 * print says about its middle. 0 where a side is missing or the book is crossed.
 */
export const bookPull = feature('book_pull', ['price'], 0, 'never', (view, i) => {
  const [bid, ask] = [view.bid[i]!, view.ask[i]!]
  if (!(ask > bid)) return 0
  return pull(view, i, (bid + ask) / 200) * Math.min(MOST, (ask - bid) / WIDE)
})

/** To the mean of the minute's prints by contract: 0 for one print, and where prices are quotes. */
export const minutePull = feature('minute_pull', ['price'], 1, 'never', (view, i) =>
  view.printMean ? pull(view, i, view.printMean[i]! / 100) : 0,
)

/**
 * To the price over the sum of the ladder's newest prices: exactly one market of a ladder pays. Ladders that sum to less
 * than 0.9 are taken as 0.9, because a market that has not traded yet is missing.
 */
export const ladderPull = feature('ladder_pull', ['price', 'ladder'], 0, 'never', (view, i) =>
  view.ladder ? pull(view, i, view.mid[i]! / Math.max(100 * LEAST_TOTAL, view.ladder.total[i]!)) : 0,
)
