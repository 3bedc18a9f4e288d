import { formatInstant } from '../../time/instants.ts'
import { badField, countOf, type Fields, objectOf, priceOf } from './fields.ts'
import type { Tier } from './market.ts'

/** Open, high, low, close in 1e-4 dollars; null where there was no trade, or the side of the book was empty. */
export interface Bar {
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

const LEGS = ['open', 'high', 'low', 'close'] as const
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
  const where = `candle ${formatInstant((end as number) * 1000)} of ${ticker}`
  const leg = tier === 'live' ? '_dollars' : ''
  const count = tier === 'live' ? '_fp' : ''
  const quotes = (side: string, empty: number): Bar => bar(from, side, leg, where, empty)
  return {
    endMinute: (end as number) / 60,
    price: traded(from, leg, where) ? bar(from, 'price', leg, where, null) : NO_TRADE,
    bid: quotes('yes_bid', EMPTY_BID),
    ask: quotes('yes_ask', EMPTY_ASK),
    volumeCenti: countOf(from, `volume${count}`, where),
    openInterestCenti: countOf(from, `open_interest${count}`, where),
  }
}

/** A candle without a trade has no price, or one with `previous` only. */
function traded(from: Fields, leg: string, where: string): boolean {
  const { price } = from
  if (price === undefined || price === null) return false
  const close = objectOf(price, `${where}, "price"`)[`close${leg}`]
  return close !== undefined && close !== null
}

function bar(from: Fields, side: string, leg: string, where: string, empty: number | null): Bar {
  const legs = objectOf(from[side], `${where}, "${side}"`)
  const [open, high, low, close] = LEGS.map((name) => {
    const price = priceOf(legs, name + leg, `${where}, "${side}"`)
    return price === empty ? null : price
  })
  return { open: open ?? null, high: high ?? null, low: low ?? null, close: close ?? null }
}
