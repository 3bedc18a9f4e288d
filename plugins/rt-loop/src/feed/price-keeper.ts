import type { Database } from 'kwx/database'
import type { KalshiCandle, KalshiTrade } from 'kwx/sources'
import { candleEndMinute, formatInstant, minuteToMs } from 'kwx/time'
import type { FeedWorld } from '../loop/loop-types.ts'
import type { LateCandle, LateRow } from '../storage/late-rows.ts'
import { type PriceRows, savePrices } from '../storage/save-prices.ts'
import { storedCandles, storedTrades } from '../storage/stored-prices.ts'
import type { PriceEvent } from './price-feed.ts'

/** A market by both its names. */
export interface KeptMarket {
  readonly marketId: number
  readonly ticker: string
}

type Print = Extract<PriceEvent, { kind: 'print' }>
type KeptCandle = PriceRows['candles'][number] & KeptMarket

type KeeperWorld = Pick<FeedWorld, 'db' | 'clock' | 'inTurn' | 'onPrice' | 'onStored' | 'worked' | 'record'>

/** Ids of prints that are remembered, so that a print that comes both ways is one. */
const MOST_IDS = 200_000

/**
 * The one place where prices are stored, whichever way they come: each print once, whether the stream brings it, a
 * request, or both.
 *
 * Prints of the stream are told apart by their ids. A tape that was asked for is complete from its first second on, so
 * what it has more of than the table is new: prints alike in everything are counted, because twins are real.
 *
 * What comes after its minute was worked through is stored too, and told apart in `rt_late_rows`.
 */
export class PriceKeeper {
  readonly #world: KeeperWorld
  readonly #ids = new Set<string>()
  readonly #quotedMs = new Map<number, number>()
  #stored = 0
  #events: PriceEvent[] = []
  #candles: KeptCandle[] = []
  #late = new Map<string, { n: number; oldestMs: number; what: 'print' | 'candle' }>()

  constructor(world: KeeperWorld) {
    this.#world = world
  }

  /** A print of the stream; false for one that came before. */
  hearPrint({ marketId, ticker }: KeptMarket, trade: Omit<KalshiTrade, 'ticker'>): boolean {
    if (!this.#isNew(trade.tradeId)) return false
    this.#events.push(printOf({ marketId, ticker }, trade))
    return true
  }

  /** A quote, or that there is none any more. */
  hearQuote(event: Exclude<PriceEvent, Print>): void {
    if (event.kind === 'quote') this.#quotedMs.set(event.marketId, event.tsMs)
    this.#events.push(event)
  }

  /** A candle that was formed from what was heard. */
  hearCandle(candle: KeptCandle): void {
    this.#candles.push(candle)
  }

  get isEmpty(): boolean {
    return this.#events.length === 0 && this.#candles.length === 0
  }

  /** Whether anything of a time up to `endMs` was heard that is not stored. */
  holdsUpTo(endMs: number): boolean {
    return this.#candles.length > 0 || this.#events.some((event) => event.kind === 'unknown' || event.tsMs <= endMs)
  }

  /** Stores what was heard. @returns rows */
  flush(): Promise<number> {
    return this.#world.inTurn(() => this.#store())
  }

  /**
   * Stores what is new of tapes that were asked for.
   *
   * @param tapes  each complete from `sinceMs` on, a whole second
   * @returns rows that were not there
   */
  keepTapes(
    tapes: readonly {
      readonly market: KeptMarket
      readonly sinceMs: number
      readonly trades: readonly KalshiTrade[]
    }[],
  ): Promise<number> {
    return this.#world.inTurn(async () => {
      await this.#store()
      const there = await readPrints(this.#world.db, tapes)
      const news = tapes.flatMap(({ market, trades }) => {
        const known = there.get(market.marketId) ?? new Map<string, number>()
        return trades.flatMap((trade) => {
          this.#isNew(trade.tradeId)
          const key = keyOf(trade)
          const left = known.get(key) ?? 0
          if (left === 0) return [printOf(market, trade)]
          known.set(key, left - 1)
          return []
        })
      })
      this.#events.push(...news.sort((a, b) => a.tsMs - b.tsMs))
      return this.#store()
    })
  }

  /** Stores candles that were asked for. @returns rows that were not there, or were otherwise */
  keepCandles(
    markets: readonly { readonly market: KeptMarket; readonly candles: readonly KalshiCandle[] }[],
  ): Promise<number> {
    return this.#world.inTurn(async () => {
      await this.#store()
      const asked = markets.flatMap(({ market, candles }) => candles.map((candle) => keptOf(market, candle)))
      const there = await readCandleRows(this.#world.db, asked)
      const worked = this.#world.worked() ?? 0
      const news = asked.filter(
        (candle) => candle.endMinute > worked || !isSame(there.get(`${candle.marketId} ${candle.endMinute}`), candle),
      )
      news.sort((a, b) => a.endMinute - b.endMinute)
      this.#candles.push(...news)
      for (const candle of news) {
        const quote = quoteOf(candle)
        // What the stream told since is newer.
        if (quote.tsMs > (this.#quotedMs.get(candle.marketId) ?? 0)) this.hearQuote(quote)
      }
      await this.#store(there)
      return news.length
    })
  }

  /** Rows that were stored since it was asked last, whichever way they came. */
  takeStored(): number {
    const stored = this.#stored
    this.#stored = 0
    return stored
  }

  /** What came too late since it was asked last, in sentences. */
  takeLate(): string[] {
    const late = [...this.#late].map(
      ([ticker, { n, oldestMs, what }]) =>
        `${n} late ${what}${n === 1 ? '' : 's'} of ${ticker}: its minute was worked through without it, ${formatInstant(oldestMs)}`,
    )
    this.#late = new Map()
    return late
  }

  /** True the first time. */
  #isNew(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    if (this.#ids.size > MOST_IDS) this.#ids.delete(this.#ids.values().next().value!)
    return true
  }

  /** In a turn. @param there  candles that are there already, where that is known */
  async #store(there: ReadonlyMap<string, LateCandle> = new Map()): Promise<number> {
    const [events, candles] = [this.#events, this.#candles]
    if (this.isEmpty) return 0
    this.#events = []
    this.#candles = []
    const prints = events.flatMap((event) => (event.kind === 'print' ? [event] : []))
    // A candle tells its quotes itself.
    const quotes = events.flatMap((event) => (event.kind === 'quote' && event.bidSizeCenti !== null ? [event] : []))
    const rows = { prints, quotes, candles, late: this.#lateOf(prints, candles, there) }
    await savePrices(this.#world.db, this.#world.record ? rows : { ...rows, late: [] })
    this.#world.onStored(rows)
    for (const event of events) this.#world.onPrice(event)
    const n = prints.length + quotes.length + candles.length
    this.#stored += n
    return n
  }

  #lateOf(prints: readonly Print[], candles: readonly KeptCandle[], there: ReadonlyMap<string, LateCandle>): LateRow[] {
    const worked = this.#world.worked()
    if (worked === null) return []
    const stamp = { after_minute: worked, received_ms: this.#world.clock.now() }
    const note = ({ ticker }: KeptMarket, what: 'print' | 'candle', atMs: number) => {
      const known = this.#late.get(ticker) ?? { n: 0, oldestMs: atMs, what }
      this.#late.set(ticker, { what, n: known.n + 1, oldestMs: Math.min(known.oldestMs, atMs) })
    }
    const late: LateRow[] = []
    for (const print of prints) {
      if (candleEndMinute(print.tsMs) > worked) continue
      note(print, 'print', print.tsMs)
      const came = { price: print.price, count_centi: print.countCenti, taker_yes: print.takerYes }
      late.push({ market_id: print.marketId, kind: 'print', at_ms: print.tsMs, came, was: null, ...stamp })
    }
    for (const candle of candles) {
      if (candle.endMinute > worked) continue
      const atMs = minuteToMs(candle.endMinute)
      note(candle, 'candle', atMs)
      const was = there.get(`${candle.marketId} ${candle.endMinute}`) ?? null
      late.push({ market_id: candle.marketId, kind: 'candle', at_ms: atMs, came: seenOf(candle), was, ...stamp })
    }
    return late
  }
}

const printOf = ({ marketId, ticker }: KeptMarket, trade: Omit<KalshiTrade, 'tradeId'>): Print => {
  const { tsMs, price, countCenti, takerYes } = trade
  return { kind: 'print', marketId, ticker, tsMs, price, countCenti, takerYes }
}

const keyOf = ({ tsMs, price, countCenti, takerYes }: Omit<KalshiTrade, 'tradeId'>): string =>
  `${tsMs} ${price} ${countCenti} ${takerYes}`

const legsOf = ({ open, high, low, close }: KalshiCandle['bid']) => [open, high, low, close] as const

const keptOf = ({ marketId, ticker }: KeptMarket, candle: KalshiCandle): KeptCandle => ({
  marketId,
  ticker,
  endMinute: candle.endMinute,
  price: legsOf(candle.price),
  bid: legsOf(candle.bid),
  ask: legsOf(candle.ask),
  volumeCenti: candle.volumeCenti,
  openInterestCenti: candle.openInterestCenti,
})

/** A candle tells the best prices at its end, without their sizes. */
const quoteOf = ({ marketId, ticker, endMinute, bid, ask }: KeptCandle): Extract<PriceEvent, { kind: 'quote' }> => ({
  kind: 'quote',
  marketId,
  ticker,
  tsMs: minuteToMs(endMinute),
  bid: bid[3],
  ask: ask[3],
  bidSizeCenti: null,
  askSizeCenti: null,
})

/** What a model may see of it. */
const seenOf = ({ price, bid, ask, volumeCenti }: KeptCandle): LateCandle => ({
  price_close: price[3],
  bid_close: bid[3],
  ask_close: ask[3],
  volume_centi: volumeCenti,
})

function isSame(there: LateCandle | undefined, candle: KeptCandle): boolean {
  if (!there) return false
  const seen = seenOf(candle)
  return (Object.keys(seen) as (keyof LateCandle)[]).every((name) => there[name] === seen[name])
}

/** How often each print is in the table, by market. */
async function readPrints(
  db: Database,
  tapes: readonly { readonly market: KeptMarket; readonly sinceMs: number }[],
): Promise<Map<number, Map<string, number>>> {
  const rows = await storedTrades.rows(db, [
    tapes.map(({ market }) => market.marketId),
    tapes.map(({ sinceMs }) => sinceMs),
  ])
  const byMarket = new Map<number, Map<string, number>>()
  for (const { market_id, ts_ms: tsMs, price, count_centi: countCenti, taker_yes: takerYes, n } of rows) {
    const known = byMarket.get(market_id) ?? new Map<string, number>()
    byMarket.set(market_id, known.set(keyOf({ tsMs, price, countCenti, takerYes }), n))
  }
  return byMarket
}

async function readCandleRows(db: Database, candles: readonly KeptCandle[]): Promise<ReadonlyMap<string, LateCandle>> {
  const rows = await storedCandles.rows(db, [
    candles.map(({ marketId }) => marketId),
    candles.map(({ endMinute }) => endMinute),
  ])
  return new Map(rows.map(({ market_id, end_minute, ...row }) => [`${market_id} ${end_minute}`, row]))
}
