import { badField, countOf, type Fields, parseDecimal, priceOf } from './fields.ts'

/** Price in 1e-4 dollars -> count in 1e-2 contracts, of bids on one side. */
type Levels = Map<number, number>

/** The best prices of a book, in 1e-4 dollars of YES and 1e-2 contracts; null for an empty side. */
export interface TopOfBook {
  readonly bid: number | null
  readonly bidSizeCenti: number
  readonly ask: number | null
  readonly askSizeCenti: number
}

const DOLLAR = 10_000

/**
 * A book as the exchange keeps it: bids for YES and bids for NO, nothing else. An offer of YES at 36 cents is a bid for
 * NO at 64.
 */
export class OrderBook {
  readonly yes: Levels
  readonly no: Levels
  /** `top`: only the best level of each side is known. */
  readonly depth: 'all' | 'top'

  constructor(yes: Levels = new Map(), no: Levels = new Map(), depth: 'all' | 'top' = 'all') {
    this.yes = yes
    this.no = no
    this.depth = depth
  }

  /**
   * The best level of each side as the market's own description gives it. An empty side is written as the worst price.
   *
   * @throws KwxError KALSHI_FIELD (exit 1) without a price, or without the size of one
   */
  static topOf(market: Fields, where: string): OrderBook {
    const bid = priceOf(market, 'yes_bid_dollars', where)
    const ask = priceOf(market, 'yes_ask_dollars', where)
    const level = (price: number, size: string): Levels =>
      price <= 0 || price >= DOLLAR ? new Map() : new Map([[price, countOf(market, size, where)]])
    return new OrderBook(level(bid, 'yes_bid_size_fp'), level(DOLLAR - ask, 'yes_ask_size_fp'), 'top')
  }

  /**
   * A snapshot. The two ways of the exchange name the sides differently (`yes_dollars`, `yes_dollars_fp`), and an empty
   * side is an empty list or no key at all.
   *
   * @throws KwxError KALSHI_FIELD (exit 1) for a level that is no pair of decimals
   */
  static from(fields: Fields, where: string): OrderBook {
    const side = (name: 'yes' | 'no') =>
      levelsOf(fields[`${name}_dollars`] ?? fields[`${name}_dollars_fp`], name, where)
    return new OrderBook(side('yes'), side('no'))
  }

  /** A signed change of one level, which goes when nothing is left of it. Returns false where it would fall below 0. */
  change(side: 'yes' | 'no', price: number, deltaCenti: number): boolean {
    const levels = this[side]
    const left = (levels.get(price) ?? 0) + deltaCenti
    if (left > 0) levels.set(price, left)
    else levels.delete(price)
    return left >= 0
  }

  /** The order of levels in an answer is not to be trusted: the best bid is the highest. */
  top(): TopOfBook {
    const bid = best(this.yes)
    const no = best(this.no)
    return {
      bid,
      bidSizeCenti: bid === null ? 0 : this.yes.get(bid)!,
      ask: no === null ? null : DOLLAR - no,
      askSizeCenti: no === null ? 0 : this.no.get(no)!,
    }
  }
}

function best(levels: Levels): number | null {
  let highest: number | null = null
  for (const price of levels.keys()) if (highest === null || price > highest) highest = price
  return highest
}

function levelsOf(list: unknown, name: string, where: string): Levels {
  const levels: Levels = new Map()
  if (list === undefined || list === null) return levels
  if (!Array.isArray(list)) throw badField(where, name, list, 'a list of [price, count]')
  for (const level of list as unknown[]) {
    const [priceText, countText] = Array.isArray(level) ? (level as unknown[]) : []
    const price = typeof priceText === 'string' ? parseDecimal(priceText, 4) : null
    const count = typeof countText === 'string' ? parseDecimal(countText, 2) : null
    if (price === null || price <= 0 || price >= DOLLAR || count === null || count < 0) {
      throw badField(where, name, level, 'a pair of decimal texts like ["0.3400", "54.00"]')
    }
    if (count > 0) levels.set(price, (levels.get(price) ?? 0) + count)
  }
  return levels
}
