import { formatInstant } from '../../../base/time/instants.ts'
import { badField, countOf, type Fields, objectOf, priceOf, type Where } from './fields.ts'
import type { Tier } from './market.ts'

/** Open, high, low, close in 1e-4 dollars; null where there was no trade, or the side of the book was empty. */
interface Bar {
  readonly open: number | null
  readonly high: number | null
  readonly low: number | null
  readonly close: number | null
}

/** One minute of a market; minutes in which nothing changed have none. */
export interface KalshiCandle {
  /** Stamped at its end: known then, not before. */
  readonly endMinute: number
  readonly price: Bar
  readonly bid: Bar
  readonly ask: Bar
  /** 1e-2 contracts. */
  readonly volumeCenti: number
  readonly openInterestCenti: number
}

/** What the fields of a candle are called in each tier. */
const NAMES = { live: namesOf('_dollars', '_fp'), historical: namesOf('', '') }

function namesOf(leg: string, count: string) {
  return {
    open: `open${leg}`,
    high: `high${leg}`,
    low: `low${leg}`,
    close: `close${leg}`,
    volume: `volume${count}`,
    openInterest: `open_interest${count}`,
  }
}

const NO_TRADE: Bar = { open: null, high: null, low: null, close: null }

/** A leg of an empty side is written as the worst price there is: 0 for a bid, 1 dollar for an ask. No quote is that. */
const EMPTY_BID = 0
const EMPTY_ASK = 10_000

/** One candle of either tier: the archive writes `close` and `volume` where the live tier has `close_dollars` and `volume_fp`. */
export function candleOf(from: Fields, tier: Tier, ticker: string): KalshiCandle {
  const end = from['end_period_ts']
  if (!Number.isSafeInteger(end) || (end as number) % 60 !== 0) {
    throw badField(`a candle of ${ticker}`, 'end_period_ts', end, 'whole minutes in seconds since the epoch')
  }
  const where = () => `candle ${formatInstant((end as number) * 1000)} of ${ticker}`
  const names = NAMES[tier]
  return {
    endMinute: (end as number) / 60,
    price: traded(from, names.close, where) ? bar(from, 'price', names, where, null) : NO_TRADE,
    bid: bar(from, 'yes_bid', names, where, EMPTY_BID),
    ask: bar(from, 'yes_ask', names, where, EMPTY_ASK),
    volumeCenti: countOf(from, names.volume, where),
    openInterestCenti: countOf(from, names.openInterest, where),
  }
}

/** A candle without a trade has no price, or one with `previous` only. */
function traded(from: Fields, close: string, where: Where): boolean {
  const { price } = from
  if (price === undefined || price === null) return false
  const value = objectOf(price, where)[close]
  return value !== undefined && value !== null
}

function bar(from: Fields, side: string, names: typeof NAMES.live, candle: () => string, empty: number | null): Bar {
  const where = () => `${candle()}, "${side}"`
  const legs = objectOf(from[side], where)
  const leg = (name: string): number | null => {
    const price = priceOf(legs, name, where)
    return price === empty ? null : price
  }
  return { open: leg(names.open), high: leg(names.high), low: leg(names.low), close: leg(names.close) }
}
