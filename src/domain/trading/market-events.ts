import { minuteToMs } from '../../base/time/days.ts'
import { NO_ASK, NO_BID } from './book.ts'

/** Rows that could not be used, by reason. */
export interface RefusedRows {
  price_off_tick: number
  price_outside: number
  count_not_positive: number
}

/** Prints of one market in the exchange's order; prices in 1e-4 dollars of YES, counts in 1e-2 contracts. */
export interface PrintRows {
  readonly n: number
  readonly tsMs: ArrayLike<number>
  readonly price: ArrayLike<number>
  readonly countCenti: ArrayLike<number>
  readonly takerYes: ArrayLike<number>
}

/** One-minute candles of one market; -1 where there is no price. */
export interface CandleQuoteRows {
  readonly n: number
  readonly endMinute: ArrayLike<number>
  readonly priceClose: ArrayLike<number>
  readonly bidClose: ArrayLike<number>
  readonly askClose: ArrayLike<number>
  readonly volumeCenti: ArrayLike<number>
}

/** Tops of book of one market; -1 where there is none, or no size. */
export interface TopRows {
  readonly n: number
  readonly tsMs: ArrayLike<number>
  readonly bid: ArrayLike<number>
  readonly ask: ArrayLike<number>
  readonly bidSizeCenti: ArrayLike<number>
  readonly askSizeCenti: ArrayLike<number>
}

/** Who is told of what happened in a market, in the units of `Trader`. */
interface EventSink {
  print(at: number, price: number, countCenti: number, taker: number): void
  quote(at: number, bid: number, ask: number, bidSize: number, askSize: number): void
}

/**
 * Recorded rows of one market as what a trader meets: prints, then candles, then quotes, each in its own order.
 *
 * Where a market has quotes but no prints, a candle's last price with the candle's volume stands for the minute's
 * prints, the taker's side unknown. Prices between two ticks or outside 1 to 99 cents are refused and counted.
 */
export function marketEvents(
  rows: {
    readonly trades?: PrintRows | undefined
    readonly candles?: CandleQuoteRows | undefined
    readonly quotes?: TopRows | undefined
    /** Whether the market has prints, though none among these rows. */
    readonly hasPrints?: boolean
  },
  refused: RefusedRows,
  sink: EventSink,
): void {
  const { trades, candles, quotes, hasPrints = trades !== undefined } = rows
  for (let i = 0; i < (trades?.n ?? 0); i++) {
    const price = cents(trades!.price[i]!, refused)
    if (trades!.countCenti[i]! <= 0) refused.count_not_positive++
    else if (price !== null) sink.print(trades!.tsMs[i]!, price, trades!.countCenti[i]!, trades!.takerYes[i]!)
  }
  for (let i = 0; i < (candles?.n ?? 0); i++) {
    const at = minuteToMs(candles!.endMinute[i]!)
    const traded = !hasPrints && candles!.volumeCenti[i]! > 0 && candles!.priceClose[i]! >= 0
    const price = traded ? cents(candles!.priceClose[i]!, refused) : null
    if (price !== null) sink.print(at, price, candles!.volumeCenti[i]!, 2)
    sink.quote(at, side(candles!.bidClose[i]!, NO_BID, refused), side(candles!.askClose[i]!, NO_ASK, refused), -1, -1)
  }
  for (let i = 0; i < (quotes?.n ?? 0); i++) {
    const [bid, ask] = [side(quotes!.bid[i]!, NO_BID, refused), side(quotes!.ask[i]!, NO_ASK, refused)]
    sink.quote(quotes!.tsMs[i]!, bid, ask, quotes!.bidSizeCenti[i]!, quotes!.askSizeCenti[i]!)
  }
}

/** Whole cents of 1e-4 dollars; null, and counted, for a price between two ticks or outside 1 to 99 cents. */
function cents(units: number, refused: RefusedRows): number | null {
  if (units % 100 !== 0) refused.price_off_tick++
  else if (units < 100 || units > 9900) refused.price_outside++
  else return units / 100
  return null
}

/** A side of the book; none where there is none, where it is the exchange's sign for none, or where it is unusable. */
const side = (units: number, none: number, refused: RefusedRows): number =>
  units <= 0 || units === 10_000 ? none : (cents(units, refused) ?? none)
