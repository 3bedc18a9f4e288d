/** An absent side of a book, cents. */
export const NO_BID = 0
export const NO_ASK = 100

/** State of a book as a trader may use it. */
type BookState = 'quoted' | 'one_sided_book' | 'empty_book' | 'stale_book' | 'wide_spread'

/** One market's part of the books. */
interface BookRow {
  readonly bid: number
  readonly ask: number
  readonly bidSize: number
  readonly askSize: number
  readonly lastPrint: number
  /** When each side was last seen, epoch ms; 0 for never. */
  readonly bidAt: number
  readonly askAt: number
}

/** Best prices of every market, cents of YES, each with the time it was last seen. */
export class Books {
  readonly bid: Int32Array
  readonly ask: Int32Array
  /** 1e-2 contracts; -1 where nobody told. */
  readonly bidSize: Int32Array
  readonly askSize: Int32Array
  /** Count of the market's last print, 1e-2 contracts; 0 before the first. */
  readonly lastPrint: Int32Array
  readonly #bidAt: Float64Array
  readonly #askAt: Float64Array
  crossed = 0

  constructor(markets: number) {
    this.bid = new Int32Array(markets).fill(NO_BID)
    this.ask = new Int32Array(markets).fill(NO_ASK)
    this.bidSize = new Int32Array(markets).fill(-1)
    this.askSize = new Int32Array(markets).fill(-1)
    this.lastPrint = new Int32Array(markets)
    this.#bidAt = new Float64Array(markets)
    this.#askAt = new Float64Array(markets)
  }

  row(m: number): BookRow {
    return {
      bid: this.bid[m]!,
      ask: this.ask[m]!,
      bidSize: this.bidSize[m]!,
      askSize: this.askSize[m]!,
      lastPrint: this.lastPrint[m]!,
      bidAt: this.#bidAt[m]!,
      askAt: this.#askAt[m]!,
    }
  }

  /** Puts back what `row` gave. */
  restore(m: number, row: BookRow): void {
    this.bid[m] = row.bid
    this.ask[m] = row.ask
    this.bidSize[m] = row.bidSize
    this.askSize[m] = row.askSize
    this.lastPrint[m] = row.lastPrint
    this.#bidAt[m] = row.bidAt
    this.#askAt[m] = row.askAt
  }

  /** A recorded top of book. A crossed one is no book: it is counted and both sides are forgotten. */
  quote(m: number, timeMs: number, bid: number, ask: number, bidSize: number, askSize: number): void {
    const crossed = bid !== NO_BID && ask !== NO_ASK && bid >= ask
    if (crossed) this.crossed++
    this.bid[m] = crossed ? NO_BID : bid
    this.ask[m] = crossed ? NO_ASK : ask
    this.bidSize[m] = crossed ? -1 : bidSize
    this.askSize[m] = crossed ? -1 : askSize
    this.#bidAt[m] = timeMs
    this.#askAt[m] = timeMs
  }

  /**
   * What a print says of the book where no quotes were recorded: a taker of YES lifted the ask, a taker of NO hit the
   * bid. The other side is forgotten where it contradicts that.
   */
  implied(m: number, timeMs: number, price: number, taker: number): void {
    if (taker === 1) {
      this.ask[m] = price
      this.#askAt[m] = timeMs
      if (this.bid[m]! >= price) this.bid[m] = NO_BID
    } else if (taker === 0) {
      this.bid[m] = price
      this.#bidAt[m] = timeMs
      if (this.ask[m]! <= price) this.ask[m] = NO_ASK
    }
  }

  /** Whether a price that a side could be crossed at was seen after some moment. @param ask  else its bid; both of YES */
  seenAfter(m: number, ask: boolean, timeMs: number): boolean {
    return (ask ? this.#askAt : this.#bidAt)[m]! > timeMs
  }

  /** Whether both sides are there, fresh and close enough. */
  state(m: number, timeMs: number, ageMs: number, maxSpread: number): BookState {
    const [bid, ask] = [this.bid[m]!, this.ask[m]!]
    const sides = Number(bid !== NO_BID) + Number(ask !== NO_ASK)
    if (sides < 2) return sides === 1 ? 'one_sided_book' : 'empty_book'
    if (timeMs - this.#bidAt[m]! > ageMs || timeMs - this.#askAt[m]! > ageMs) return 'stale_book'
    return ask - bid > maxSpread ? 'wide_spread' : 'quoted'
  }
}
