import type { Origin } from '../../../domain/origin.ts'
import type { HttpClient } from '../http/http-client.ts'
import { jsonBody } from '../http/unusable-body.ts'
import { candleOf, type KalshiCandle } from './candles.ts'
import type { KalshiCutoff } from './cutoff.ts'
import { type ExchangeStatus, type Maintenance, maintenanceOf, statusOf } from './exchange-state.ts'
import { type FeeChange, readFeeChanges } from './fee-changes.ts'
import { type Fields, instantOf, listOf, objectOf, textOf } from './fields.ts'
import { type KalshiMarket, marketOf, type Tier } from './market.ts'
import { OrderBook } from './order-book.ts'
import { readPages } from './pages.ts'
import { type CandleSpan, type KalshiCandles, readCandles } from './read-candles.ts'
import { readEventCandles } from './read-event-candles.ts'
import { type KalshiTrade, type KalshiTrades, newestFirst, tapeOf } from './trades.ts'

/** A series of events, and what its trades cost. */
interface KalshiSeries {
  readonly ticker: string
  /** `quadratic` and others; null when the exchange does not say. */
  readonly feeType: string | null
  readonly feeMultiplier: number | null
}

/** One climate day of a series. */
interface KalshiEvent {
  readonly ticker: string
  readonly seriesTicker: string
}

/** Which markets to list. */
interface MarketsQuery {
  readonly seriesTicker: string
  readonly tier: Tier
  /** Closing times; the archive cannot filter by them and sends the whole series. */
  readonly fromMs: number
  readonly toMs: number
  /** Which events' markets to read: the rest is not looked at. */
  readonly keep: (eventTicker: string) => boolean
}

/** The exchange's public market data. Read only: there is no method, here or below, that could send anything. */
export interface KalshiSource {
  /** `replay` once an answer was marked as one; ask after the first call. */
  origin(): Origin
  /** How far the exchange's clock was ahead of ours at its last answer, ms, to the second; null before it said. */
  clockAheadMs(): number | null
  /** Read once per client. */
  cutoff(): Promise<KalshiCutoff>
  series(ticker: string): Promise<KalshiSeries>
  /** Events of a series; they stay in the live tier for ever, without their archived markets. */
  events(seriesTicker: string, minCloseMs: number): Promise<KalshiEvent[]>
  /** Markets of a series in one tier, each once, in order of ticker. */
  markets(query: MarketsQuery): Promise<KalshiMarket[]>
  /** One market, from whichever tier has it; null when neither does. */
  market(ticker: string): Promise<KalshiMarket | null>
  /** All prints of a market, from one tier or from both, as its life lies to the cutoff. */
  trades(market: { ticker: string; openMs: number | null; closeMs: number | null }): Promise<KalshiTrades>
  /** Whether the exchange works; answered even while nothing else is. */
  status(): Promise<ExchangeStatus>
  /** Announced times of maintenance. */
  maintenance(): Promise<Maintenance>
  /**
   * The book of a market now: all levels, or the top of it where the exchange wants a key for more and there is none
   * (`OrderBook.depth` says which).
   */
  orderBook(ticker: string): Promise<OrderBook>
  /** Changes of a series' fees, past and scheduled, in order of time. */
  feeChanges(seriesTicker: string): Promise<FeeChange[]>
  /** Prints of a trading market since a moment, oldest first; those of that very second are all there. */
  recentTrades(ticker: string, sinceMs: number): Promise<readonly KalshiTrade[]>
  /**
   * One-minute candles of up to 100 trading markets with ends in [fromMinute, toMinute], by ticker, oldest first, in one
   * request. A market in which nothing happened has an empty list; one that the exchange does not know has none.
   */
  recentCandles(tickers: readonly string[], fromMinute: number, toMinute: number): Promise<Map<string, KalshiCandle[]>>
  /** Candles of the whole lives of an event's live markets, by ticker, in few requests; null for an event that is not live. */
  eventCandles: EventCandles
  /** Candles of a market's whole life, sparse as they are, oldest first. */
  candles(market: CandleSpan): Promise<KalshiCandles>
}

type EventCandles = (
  event: Parameters<typeof readEventCandles>[1],
  markets: Parameters<typeof readEventCandles>[2],
) => ReturnType<typeof readEventCandles>

const PAGE = 1000
const EVENTS_PAGE = 200

/** The exchange over one HTTP client. */
export function kalshiSource(http: HttpClient): KalshiSource {
  const get = async (path: string, what: string): Promise<Fields> =>
    objectOf(await http.get({ path, what, read: jsonBody }), what)

  let cutoff: Promise<KalshiCutoff> | undefined
  const readCutoff = async (): Promise<KalshiCutoff> => {
    const what = 'the cutoff between the tiers'
    const found = await get('/historical/cutoff', what)
    return {
      marketSettledMs: instantOf(found, 'market_settled_ts', what),
      tradesCreatedMs: instantOf(found, 'trades_created_ts', what),
    }
  }

  const source: KalshiSource = {
    origin: () => http.origin(),
    clockAheadMs: () => http.clockAheadMs(),

    cutoff() {
      cutoff ??= readCutoff().catch((error) => {
        cutoff = undefined // the next caller tries again
        throw error
      })
      return cutoff
    },

    async series(ticker) {
      const what = `the series ${ticker}`
      const found = objectOf((await get(`/series/${encodeURIComponent(ticker)}`, what))['series'], what)
      const { fee_type: type, fee_multiplier: multiplier } = found
      return {
        ticker: textOf(found, 'ticker', what),
        feeType: typeof type === 'string' ? type : null,
        feeMultiplier: typeof multiplier === 'number' ? multiplier : null,
      }
    },

    async events(seriesTicker, minCloseMs) {
      const what = `the events of ${seriesTicker}`
      const { rows } = await readPages(http, {
        path: '/events',
        query: [
          ['series_ticker', seriesTicker],
          ['limit', EVENTS_PAGE],
          ['min_close_ts', Math.floor(minCloseMs / 1000)],
        ],
        list: 'events',
        what,
      })
      return unique(
        rows.map((row) => ({
          ticker: textOf(row, 'event_ticker', what),
          seriesTicker: textOf(row, 'series_ticker', what),
        })),
      )
    },

    async markets({ seriesTicker, tier, fromMs, toMs, keep }) {
      const what = `the ${tier} markets of ${seriesTicker}`
      const { rows } = await readPages(http, {
        path: tier === 'live' ? '/markets' : '/historical/markets',
        query: [
          ['series_ticker', seriesTicker],
          ['limit', PAGE],
          ...(tier === 'live'
            ? ([
                ['min_close_ts', Math.floor(fromMs / 1000)],
                ['max_close_ts', Math.ceil(toMs / 1000)],
              ] as const)
            : []),
        ],
        list: 'markets',
        what,
      })
      const kept = rows.filter((row) => keep(textOf(row, 'event_ticker', what)))
      return unique(kept.map((row) => marketOf(row, tier)))
    },

    async market(ticker) {
      for (const [tier, prefix] of [
        ['live', ''],
        ['historical', '/historical'],
      ] as const) {
        const path = `${prefix}/markets/${encodeURIComponent(ticker)}`
        const what = `the market ${ticker}`
        const body = await http.get({ path, what, read: jsonBody, maybeMissing: true })
        if (body !== null) return marketOf(objectOf(objectOf(body, what)['market'], what), tier)
      }
      return null
    },

    async trades({ ticker, openMs, closeMs }) {
      const { tradesCreatedMs } = await source.cutoff()
      const what = `the trades of ${ticker}`
      const query = [
        ['ticker', ticker],
        ['limit', PAGE],
      ] as const
      const read = (path: string) => readPages(http, { path, query, list: 'trades', what, accept: newestFirst })
      const parts = []
      // Newest first: the live tier goes before the archive.
      if (closeMs === null || closeMs >= tradesCreatedMs) parts.push(await read('/markets/trades'))
      if (openMs === null || openMs < tradesCreatedMs) parts.push(await read('/historical/trades'))
      const rows = parts.flatMap((part) => part.rows)
      return {
        ...tapeOf(rows, ticker),
        pages: parts.reduce((sum, part) => sum + part.pages, 0),
        unordered: parts.reduce((sum, part) => sum + part.doubtful, 0),
      }
    },

    async orderBook(ticker) {
      const what = `the order book of ${ticker}`
      const body = await http.get({
        path: `/markets/${encodeURIComponent(ticker)}/orderbook`,
        what,
        read: jsonBody,
        // Who has no key gets what everybody may see; a wrong key is refused there too.
        maybeRefused: true,
      })
      if (body !== null) return OrderBook.from(objectOf(objectOf(body, what)['orderbook_fp'], what), what)
      const market = await get(`/markets/${encodeURIComponent(ticker)}`, `the market ${ticker}`)
      return OrderBook.topOf(objectOf(market['market'], what), what)
    },

    async status() {
      return statusOf(await get('/exchange/status', 'the exchange status'))
    },

    async maintenance() {
      return maintenanceOf(await get('/exchange/schedule', 'the exchange schedule'))
    },

    feeChanges: (seriesTicker) => readFeeChanges(http, seriesTicker),

    async recentTrades(ticker, sinceMs) {
      const { rows } = await readPages(http, {
        path: '/markets/trades',
        query: [
          ['ticker', ticker],
          ['limit', PAGE],
          ['min_ts', Math.floor(sinceMs / 1000)],
        ],
        list: 'trades',
        what: `the trades of ${ticker} since ${new Date(sinceMs).toISOString()}`,
        accept: newestFirst,
      })
      return tapeOf(rows, ticker).trades
    },

    async recentCandles(tickers, fromMinute, toMinute) {
      const what = `the candles of ${tickers.length} markets`
      const body = await http.get({
        path: '/markets/candlesticks',
        query: [
          ['market_tickers', tickers.join(',')],
          ['start_ts', fromMinute * 60],
          ['end_ts', toMinute * 60],
          ['period_interval', 1],
        ],
        what,
        read: jsonBody,
      })
      const byTicker = new Map<string, KalshiCandle[]>()
      for (const market of listOf(objectOf(body, what), 'markets', what)) {
        const ticker = textOf(market, 'market_ticker', what)
        const candles = listOf(market, 'candlesticks', what).map((row) => candleOf(row, 'live', ticker))
        byTicker.set(
          ticker,
          candles
            .filter(({ endMinute }) => endMinute >= fromMinute && endMinute <= toMinute)
            .sort((a, b) => a.endMinute - b.endMinute),
        )
      }
      return byTicker
    },

    eventCandles: (event, markets) => readEventCandles(http, event, markets),

    async candles(market) {
      return readCandles(http, market, await source.cutoff())
    },
  }
  return source
}

function unique<Row extends { ticker: string }>(rows: Row[]): Row[] {
  const byTicker = new Map(rows.map((row) => [row.ticker, row]))
  return [...byTicker.values()].sort((a, b) => (a.ticker < b.ticker ? -1 : 1))
}
