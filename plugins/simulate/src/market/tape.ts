import type { Random } from 'kwx/random'

import type { MarketParameters } from '../parameters.ts'
import { diurnalShape } from '../weather/climate.ts'

/** The best bid and ask in cents of one minute; null is an empty side. */
interface Quote {
  readonly bid: number | null
  readonly ask: number | null
}

/** A one-minute bar; quotes and prices in cents, null where there is none. */
interface Bar {
  readonly endMinute: number
  readonly price: Ohlc | null
  readonly bid: Range
  readonly ask: Range
  /** Contracts. */
  readonly volume: number
  readonly openInterest: number
  /** P(YES) given all that is known at the bar's end, the maker's error not included. */
  readonly truth: number
}

interface Ohlc {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}
type Range = Ohlc | { readonly [key in keyof Ohlc]: null }

interface Print {
  readonly tsMs: number
  /** Cents. */
  readonly price: number
  /** Contracts. */
  readonly count: number
  readonly takerYes: boolean
}

export interface Tape {
  readonly bars: Bar[]
  readonly prints: Print[]
  /** Contracts. */
  readonly volume: number
}

/** How much of the maker's error stays from one look at the weather to the next. */
const ERROR_CORRELATION = 0.9

/**
 * Quotes and trades of one market from its opening to its close.
 *
 * Every `requote_minutes` the maker looks at the true probability p and quotes around
 *
 *     q = 100 / (1 + exp(-((1 - edge) logit(p) + error))),   error an AR(1) of sd `noise`
 *
 * with `spread_cents` between bid and ask, both in whole cents; below 1 and above 99 that side stays empty. Takers
 * arrive at a Poisson rate that follows the day, lift the ask or hit the bid that stood before the minute's end, and
 * never know more than the maker. A minute without a new quote or a trade has no bar.
 *
 * @param truthAt  P(YES) given what is known at an epoch minute
 * @param openMinute  the first bar ends here
 * @param dayStart  first minute of the climate day, for the hour of the day
 */
export function tapeOf(
  { edge, noise, spread_cents, requote_minutes, trades_per_hour }: MarketParameters,
  truthAt: (minute: number) => number,
  { openMinute, closeMinute, dayStart }: { openMinute: number; closeMinute: number; dayStart: number },
  random: Random,
): Tape {
  const bars: Bar[] = []
  const prints: Print[] = []
  let error = noise * random.normal()
  let volume = 0
  let openInterest = 0
  let quote: Quote = { bid: null, ask: null }
  for (let minute = openMinute; minute <= closeMinute; minute++) {
    const before = quote
    const traded = prints.length
    const hour = ((((minute - dayStart) % 1440) + 1440) % 1440) / 60
    for (let n = poisson(random, (trades_per_hour / 60) * (1 + 0.7 * diurnalShape(hour))); n > 0; n--) {
      const takerYes = random.uniform() < 0.5
      const price = takerYes ? before.ask : before.bid
      const count = 1 + Math.floor(-20 * Math.log(1 - random.uniform()))
      const tsMs = (minute - 1) * 60_000 + random.integer(60_000)
      if (price !== null) prints.push({ tsMs, price, count, takerYes })
    }
    if ((minute - openMinute) % requote_minutes === 0) {
      if (minute > openMinute) {
        error = ERROR_CORRELATION * error + noise * Math.sqrt(1 - ERROR_CORRELATION ** 2) * random.normal()
      }
      quote = quoteAround(100 * expit((1 - edge) * logit(truthAt(minute)) + error), spread_cents)
    }
    const mine = prints.slice(traded).sort((a, b) => a.tsMs - b.tsMs)
    for (const [k, print] of mine.entries()) {
      prints[traded + k] = print
      volume += print.count
      if (random.uniform() < 0.5) openInterest += print.count
    }
    if (mine.length === 0 && quote.bid === before.bid && quote.ask === before.ask) continue
    bars.push({
      endMinute: minute,
      price: mine.length > 0 ? ohlc(mine.map(({ price }) => price)) : null,
      bid: range(before.bid, quote.bid),
      ask: range(before.ask, quote.ask),
      volume: mine.reduce((sum, { count }) => sum + count, 0),
      openInterest,
      truth: truthAt(minute),
    })
  }
  return { bars, prints, volume }
}

/** Bid and ask in whole cents around a fair price in cents. */
function quoteAround(fair: number, spread: number): Quote {
  const bid = Math.round(fair - spread / 2)
  const ask = bid + spread
  return { bid: bid >= 1 ? Math.min(bid, 99) : null, ask: ask <= 99 ? Math.max(ask, 1) : null }
}

/** A side's bar from its value before and at the minute's end; an empty side has none. */
function range(before: number | null, at: number | null): Range {
  if (at === null) return { open: null, high: null, low: null, close: null }
  return ohlc(before === null ? [at] : [before, at])
}

const ohlc = (values: readonly number[]): Ohlc => ({
  open: values[0]!,
  high: Math.max(...values),
  low: Math.min(...values),
  close: values.at(-1)!,
})

const logit = (p: number): number => Math.log(p) - Math.log1p(-p)
const expit = (z: number): number => 1 / (1 + Math.exp(-z))

/** Knuth's product of uniforms; the means here are below 1. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let n = -1
  for (let product = 1; product >= limit; n++) product *= 1 - random.uniform()
  return n
}
