import { candleEndMinute, MS_PER_MINUTE } from 'kwx/time'

type Leg = number | null
type Legs = [open: Leg, high: Leg, low: Leg, close: Leg]

/** One minute of a market as it was heard; 1e-4 dollars, 1e-2 contracts; null for an empty side. */
interface HeardBar {
  price: Legs
  bid: Legs
  ask: Legs
  volumeCenti: number
  openInterestCenti: number
}

/** The minute at whose end a quote stands. One at the very end still closes it: a candle says what held at its end. */
const minuteOfQuote = (tsMs: number): number => Math.ceil(tsMs / MS_PER_MINUTE)

/**
 * The one-minute candles of one market, formed from quotes, prints and counts in the order in which they come. A minute
 * in which nothing is told has none.
 *
 * Of quotes at one millisecond only the last counts: a book moves in several steps, and the steps in between never held.
 * The volume comes from the exchange's own count since the opening, which needs no message to be there.
 */
export class MinuteBars {
  readonly #bars = new Map<number, HeardBar>()
  #quote: { tsMs: number; bid: Leg; ask: Leg } | null = null
  /** What held before the first quote of a bar. */
  #bid: Leg = null
  #ask: Leg = null
  #volume: number | null = null
  #openInterest = 0

  /** A quote of unknown age: it holds from here on, and no minute is formed of it. */
  start(bid: Leg, ask: Leg): void {
    this.#quote = null
    this.#bid = bid
    this.#ask = ask
  }

  quote(tsMs: number, bid: Leg, ask: Leg): void {
    if (this.#quote && this.#quote.tsMs !== tsMs) this.#settleQuote()
    this.#quote = { tsMs, bid, ask }
  }

  print(tsMs: number, price: number): void {
    const { price: legs } = this.#bar(candleEndMinute(tsMs))
    put(legs, price)
  }

  /** The exchange's counts: contracts traded since the opening, and held. */
  counts(tsMs: number, volumeCenti: number, openInterestCenti: number): void {
    this.#openInterest = openInterestCenti
    const bar = this.#bar(minuteOfQuote(tsMs))
    bar.openInterestCenti = openInterestCenti
    if (this.#volume !== null) bar.volumeCenti += Math.max(0, volumeCenti - this.#volume)
    this.#volume = volumeCenti
  }

  /** The bar of a minute that is over, if it has one; it and all before it are let go. */
  take(minute: number): HeardBar | null {
    if (this.#quote && minuteOfQuote(this.#quote.tsMs) <= minute) this.#settleQuote()
    const bar = this.#bars.get(minute) ?? null
    for (const known of this.#bars.keys()) if (known <= minute) this.#bars.delete(known)
    return bar
  }

  #settleQuote(): void {
    const { tsMs, bid, ask } = this.#quote!
    const bar = this.#bar(minuteOfQuote(tsMs))
    put(bar.bid, bid)
    put(bar.ask, ask)
    this.#bid = bid
    this.#ask = ask
    this.#quote = null
  }

  #bar(minute: number): HeardBar {
    const known = this.#bars.get(minute)
    if (known) return known
    if (this.#quote && minuteOfQuote(this.#quote.tsMs) < minute) this.#settleQuote()
    const [bid, ask] = [this.#bid, this.#ask]
    const bar: HeardBar = {
      price: [null, null, null, null],
      bid: [bid, bid, bid, bid],
      ask: [ask, ask, ask, ask],
      volumeCenti: 0,
      openInterestCenti: this.#openInterest,
    }
    this.#bars.set(minute, bar)
    return bar
  }
}

/** High and low are of what was quoted or paid; an empty side is neither. */
function put(legs: Legs, value: Leg): void {
  legs[3] = value
  if (value === null) return
  legs[0] ??= value
  legs[1] = legs[1] === null ? value : Math.max(legs[1], value)
  legs[2] = legs[2] === null ? value : Math.min(legs[2], value)
}
