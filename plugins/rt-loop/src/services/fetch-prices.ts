import { loadCandles, loadTrades, type MarketRow, readMarkets, runQuery } from 'kwx/database'
import { candleColumns, type KalshiCandle, tradeColumns } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'

import type { NewsWorld } from './news-world.ts'
import type { Pair } from './pair.ts'
import type { PriceEvent } from './price-feed.ts'
import { tradingDays } from './trading-days.ts'

/** What fetching prices needs of the world. */
export interface PriceWorld extends NewsWorld {
  /** Told of what was stored, each once, in order of time within one fetch. */
  onPrice(event: PriceEvent): void
}

const CANDLES_PER_REQUEST = 100
/** Minutes of candles asked for again at each tick: one that was there may still change until its minute is over. */
const CANDLES_BACK = 3

/** Brings the prices of the trading markets of a pair up to now into the database. */
export async function fetchPrices(world: PriceWorld, { city, loaded }: Pick<Pair, 'city' | 'loaded'>): Promise<number> {
  const [fromDay, toDay] = tradingDays(city, world.clock.now())
  const markets = await readMarkets(world.db, { city: city.id, fromDay, toDay })
  const open = markets.filter(({ close_ms }) => close_ms === null || close_ms >= world.clock.now() - MS_PER_MINUTE * 2)
  return loaded.config.price_source === 'trades' ? fetchTrades(world, open) : fetchCandles(world, open)
}

async function fetchTrades(
  { db, sources, inTurn, onPrice }: PriceWorld,
  markets: readonly MarketRow[],
): Promise<number> {
  const known = new Map(
    (
      await runQuery<{ market_id: number; n: number; last_ms: number; at_last: number }>(
        db,
        `select market_id, count(*)::integer as n, max(ts_ms) as last_ms,
           count(*) filter (where ts_ms >= last_second)::integer as at_last
         from (select market_id, ts_ms, max(ts_ms) over (partition by market_id) / 1000 * 1000 as last_second
               from trades where market_id = any($1::integer[])) as stamped group by market_id`,
        [markets.map(({ market_id }) => market_id)],
      )
    ).map((row) => [row.market_id, row]),
  )
  let written = 0
  const events: PriceEvent[] = []
  for (const market of markets) {
    const { n = 0, last_ms = market.open_ms ?? 0, at_last = 0 } = known.get(market.market_id) ?? {}
    const trades = await sources.kalshi.recentTrades(market.ticker, last_ms)
    // The second of the last known print is asked for again; its known prints come first and are there already.
    const news = trades.slice(at_last)
    if (news.length === 0) continue
    await inTurn(() => loadTrades(db, tradeColumns([{ marketId: market.market_id, from: n, trades: news }])))
    written += news.length
    for (const { tsMs, price, countCenti, takerYes } of news) {
      const { market_id: marketId, ticker } = market
      events.push({ kind: 'print', marketId, ticker, tsMs, price, countCenti, takerYes })
    }
  }
  tell(events, onPrice)
  return written
}

async function fetchCandles(
  { db, sources, clock, inTurn, onPrice }: PriceWorld,
  markets: readonly MarketRow[],
): Promise<number> {
  if (markets.length === 0) return 0
  const last = new Map(
    (
      await runQuery<{ market_id: number; minute: number }>(
        db,
        `select market_id, max(end_minute) as minute from candles
         where market_id = any($1::integer[]) and period_minutes = 1 group by market_id`,
        [markets.map(({ market_id }) => market_id)],
      )
    ).map(({ market_id, minute }) => [market_id, minute]),
  )
  const now = Math.floor(clock.now() / MS_PER_MINUTE)
  let written = 0
  const events: PriceEvent[] = []
  for (let from = 0; from < markets.length; from += CANDLES_PER_REQUEST) {
    const some = markets.slice(from, from + CANDLES_PER_REQUEST)
    const since = Math.min(
      ...some.map(
        ({ market_id, open_ms }) =>
          (last.get(market_id) ?? Math.floor((open_ms ?? clock.now()) / MS_PER_MINUTE)) - CANDLES_BACK,
      ),
    )
    for (const [first, end] of spans(since, now, Math.floor(9_000 / some.length))) {
      const found = await sources.kalshi.recentCandles(
        some.map(({ ticker }) => ticker),
        first,
        end,
      )
      const rows = some.flatMap(({ market_id, ticker }) => {
        const candles = found.get(ticker) ?? []
        return candles.length === 0 ? [] : [{ marketId: market_id, ticker, candles }]
      })
      if (rows.length === 0) continue
      written += (await inTurn(() => loadCandles(db, candleColumns(rows)))).rows
      for (const { marketId, ticker, candles } of rows) {
        for (const candle of candles) {
          if (candle.endMinute > (last.get(marketId) ?? 0)) events.push(quoteOf(marketId, ticker, candle))
        }
      }
    }
  }
  tell(events, onPrice)
  return written
}

/** A candle tells the best prices at its end, without their sizes. */
const quoteOf = (marketId: number, ticker: string, { endMinute, bid, ask }: KalshiCandle): PriceEvent => ({
  kind: 'quote',
  marketId,
  ticker,
  tsMs: endMinute * MS_PER_MINUTE,
  bid: bid.close,
  ask: ask.close,
  bidSizeCenti: null,
  askSizeCenti: null,
})

/** In order of time over all markets; those of one moment stay as the exchange told them. */
function tell(events: PriceEvent[], onPrice: PriceWorld['onPrice']): void {
  const at = (event: PriceEvent) => (event.kind === 'unknown' ? 0 : event.tsMs)
  for (const event of events.sort((a, b) => at(a) - at(b))) onPrice(event)
}

function spans(first: number, last: number, most: number): [number, number][] {
  const out: [number, number][] = []
  for (let from = first; from <= last; from += most) out.push([from, Math.min(last, from + most - 1)])
  return out
}
