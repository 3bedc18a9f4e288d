import { badField, countOf, type Fields, objectOf, parseDecimal, priceOf, textOf } from './fields.ts'
import { OrderBook } from './order-book.ts'
import type { StreamEvent } from './stream-event.ts'

/** What a frame led to: news for whoever listens, and books whose snapshot must be asked for. */
interface Applied {
  readonly events: readonly StreamEvent[]
  /** Markets of a subscription whose books are unknown since a message was lost. */
  readonly resync: { readonly sid: number; readonly tickers: readonly string[] } | null
}

const NOTHING: Applied = { events: [], resync: null }
const DOLLAR = 10_000

/**
 * The books of one connection, kept from its frames. Pure: no socket, no clock.
 *
 * The exchange does not say whether `seq` counts per subscription or per market, or how to recover; taken per
 * subscription, any step other than one makes all its books unknown until their next snapshot.
 *
 * @source  AsyncAPI of the exchange, October 2026
 */
export class StreamState {
  readonly #books = new Map<string, OrderBook | null>()
  readonly #lastSeq = new Map<number, number>()
  readonly #channels = new Map<number, string>()
  readonly #awaited: Set<string>

  /**
   * @param tickers  the markets that were subscribed to: a lost first snapshot is missed too
   * @param channels  those that were subscribed to
   */
  constructor(tickers: readonly string[], channels: readonly string[] = []) {
    for (const ticker of tickers) this.#books.set(ticker, null)
    this.#awaited = new Set(channels)
  }

  /** Applies one frame. @throws KwxError KALSHI_FIELD (exit 1) for a frame whose used fields are not what they should be */
  apply(frame: Fields): Applied {
    const { type, sid, seq } = frame
    const lost = typeof sid === 'number' && typeof seq === 'number' && this.#skips(sid, seq)
    // The gap first: a snapshot that comes after it is good, a change is not.
    const gap = lost ? this.#gap(sid) : NOTHING
    const applied = this.#read(String(type), frame)
    return { events: [...gap.events, ...applied.events], resync: gap.resync ?? applied.resync }
  }

  #skips(sid: number, seq: number): boolean {
    const last = this.#lastSeq.get(sid)
    this.#lastSeq.set(sid, seq)
    return last !== undefined && seq !== last + 1
  }

  /** What a lost message of a subscription makes unknown. */
  #gap(sid: number): Applied {
    if (this.#channels.get(sid) === 'trade') return { events: [{ kind: 'trades-missed' }], resync: null }
    if (this.#channels.get(sid) !== 'orderbook_delta') return NOTHING
    const tickers = [...this.#books.keys()]
    for (const ticker of tickers) this.#books.set(ticker, null)
    const events = tickers.map((ticker): StreamEvent => ({ kind: 'book', ticker, top: null, tsMs: null }))
    return { events, resync: { sid, tickers } }
  }

  #read(type: string, frame: Fields): Applied {
    const where = `a frame of type ${type}`
    const msg = () => objectOf(frame['msg'], where)
    switch (type) {
      case 'subscribed': {
        const { channel, sid } = msg()
        if (typeof sid === 'number' && typeof channel === 'string') {
          this.#channels.set(sid, channel)
          this.#lastSeq.set(sid, 0)
          if (this.#awaited.delete(channel) && this.#awaited.size === 0) {
            return { events: [{ kind: 'subscribed' }], resync: null }
          }
        }
        return NOTHING
      }
      case 'ok':
        return typeof frame['id'] === 'number' ? { events: [{ kind: 'echo', id: frame['id'] }], resync: null } : NOTHING
      case 'orderbook_snapshot': {
        const ticker = textOf(msg(), 'market_ticker', where)
        const book = OrderBook.from(msg(), where)
        this.#books.set(ticker, book)
        return { events: [{ kind: 'book', ticker, top: book.top(), tsMs: null }], resync: null }
      }
      case 'orderbook_delta':
        return this.#delta(Number(frame['sid']), msg(), where)
      case 'trade':
        return { events: [tradeOf(msg(), where)], resync: null }
      case 'ticker':
        return { events: [tickerOf(msg(), where)], resync: null }
      case 'market_lifecycle_v2': {
        const { result, close_ts } = msg()
        return {
          events: [
            {
              kind: 'lifecycle',
              ticker: textOf(msg(), 'market_ticker', where),
              event: textOf(msg(), 'event_type', where),
              result: result === 'yes' || result === 'no' ? result : null,
              closeMs: typeof close_ts === 'number' && Number.isSafeInteger(close_ts) ? close_ts * 1000 : null,
            },
          ],
          resync: null,
        }
      }
      default:
        return NOTHING // acknowledgements, and kinds that a later exchange may add
    }
  }

  #delta(sid: number, msg: Fields, where: string): Applied {
    const ticker = textOf(msg, 'market_ticker', where)
    const book = this.#books.get(ticker)
    if (!book) return NOTHING // unknown until its snapshot, which holds this change
    const { side } = msg
    if (side !== 'yes' && side !== 'no') throw badField(where, 'side', side, 'yes or no')
    const delta = typeof msg['delta_fp'] === 'string' ? parseDecimal(msg['delta_fp'], 2) : null
    if (delta === null) throw badField(where, 'delta_fp', msg['delta_fp'], 'a signed count like "-54.00"')
    if (!book.change(side, priceOf(msg, 'price_dollars', where), delta)) {
      // More was taken than there was: something was lost that no number shows.
      this.#books.set(ticker, null)
      return { events: [{ kind: 'book', ticker, top: null, tsMs: null }], resync: { sid, tickers: [ticker] } }
    }
    return { events: [{ kind: 'book', ticker, top: book.top(), tsMs: instantOf(msg, where) }], resync: null }
  }
}

/** `ts` has been seconds and text; `ts_ms` has not changed. */
function instantOf(msg: Fields, where: string): number {
  const ms = msg['ts_ms']
  if (typeof ms !== 'number' || !Number.isFinite(ms)) throw badField(where, 'ts_ms', ms, 'milliseconds')
  return ms
}

function tradeOf(msg: Fields, where: string): StreamEvent {
  const side = msg['taker_outcome_side'] ?? msg['taker_side']
  if (side !== 'yes' && side !== 'no') throw badField(where, 'taker_outcome_side', side, 'yes or no')
  return {
    kind: 'trade',
    ticker: textOf(msg, 'market_ticker', where),
    id: textOf(msg, 'trade_id', where),
    tsMs: instantOf(msg, where),
    price: priceOf(msg, 'yes_price_dollars', where),
    countCenti: countOf(msg, 'count_fp', where),
    takerYes: side === 'yes',
  }
}

function tickerOf(msg: Fields, where: string): StreamEvent {
  const bid = priceOf(msg, 'yes_bid_dollars', where)
  const ask = priceOf(msg, 'yes_ask_dollars', where)
  return {
    kind: 'ticker',
    ticker: textOf(msg, 'market_ticker', where),
    tsMs: instantOf(msg, where),
    bid: bid === 0 ? null : bid,
    ask: ask === DOLLAR ? null : ask,
    bidSizeCenti: countOf(msg, 'yes_bid_size_fp', where),
    askSizeCenti: countOf(msg, 'yes_ask_size_fp', where),
    volumeCenti: countOf(msg, 'volume_fp', where),
    openInterestCenti: countOf(msg, 'open_interest_fp', where),
  }
}
