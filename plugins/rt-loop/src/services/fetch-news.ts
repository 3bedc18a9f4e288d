import type { City } from 'kwx/cities'
import {
  type Database,
  loadCandles,
  loadTrades,
  type MarketRow,
  readMarkets,
  runQuery,
  saveMarkets,
  saveObservations,
} from 'kwx/database'
import { eventDayOfTicker } from 'kwx/market'
import { candleColumns, type KalshiMarket, marketInput, type Sources, tradeColumns } from 'kwx/sources'
import { type Clock, climateDayAtMs, MS_PER_DAY, MS_PER_MINUTE, minuteToMs } from 'kwx/time'

import type { Pair } from './pair.ts'

/** What fetching needs of the world. */
export interface NewsWorld {
  readonly db: Database
  readonly sources: Sources
  readonly clock: Clock
}

/** Two events of a city trade at once: today's, and from the morning on tomorrow's. */
const DAYS_AHEAD = 1
/** A station's reports come in late and get corrected: this far back they are asked for again. */
const REPORTS_BACK_MS = 3 * 3_600_000
const CANDLES_PER_REQUEST = 100
/** Minutes of candles asked for again at each tick: one that was there may still change until its minute is over. */
const CANDLES_BACK = 3

/** Event days of a city that may be trading now. */
export const tradingDays = (city: City, nowMs: number): readonly [first: number, last: number] => {
  const today = climateDayAtMs(nowMs, city.standardOffset)
  return [today, today + DAYS_AHEAD]
}

/** Brings the markets of the events that trade into the database; once in some minutes is enough. */
export async function fetchMarkets({ db, sources, clock }: NewsWorld, city: City): Promise<number> {
  const [first, last] = tradingDays(city, clock.now())
  const inSpan = (day: number | null): day is number => day !== null && day >= first && day <= last
  let found = 0
  for (const { ticker: seriesTicker } of city.series) {
    const markets = await sources.kalshi.markets({
      seriesTicker,
      tier: 'live',
      fromMs: clock.now(),
      toMs: clock.now() + (DAYS_AHEAD + 2) * MS_PER_DAY,
      keep: (event) => inSpan(eventDayOfTicker(event)),
    })
    const events = Map.groupBy(markets, (market: KalshiMarket) => market.eventTicker)
    await saveMarkets(
      db,
      [...events].map(([ticker, of]) => ({
        ticker,
        seriesTicker,
        city: city.id,
        day: eventDayOfTicker(ticker)!,
        origin: sources.kalshi.origin(),
        markets: of.map(marketInput),
      })),
    )
    found += markets.length
  }
  return found
}

/** Brings the prices of the trading markets of a pair up to now into the database. */
export async function fetchPrices(world: NewsWorld, { city, loaded }: Pick<Pair, 'city' | 'loaded'>): Promise<number> {
  const [fromDay, toDay] = tradingDays(city, world.clock.now())
  const markets = await readMarkets(world.db, { city: city.id, fromDay, toDay })
  const open = markets.filter(({ close_ms }) => close_ms === null || close_ms >= world.clock.now() - MS_PER_MINUTE * 2)
  return loaded.config.price_source === 'trades' ? fetchTrades(world, open) : fetchCandles(world, open)
}

async function fetchTrades({ db, sources }: NewsWorld, markets: readonly MarketRow[]): Promise<number> {
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
  for (const market of markets) {
    const { n = 0, last_ms = market.open_ms ?? 0, at_last = 0 } = known.get(market.market_id) ?? {}
    const trades = await sources.kalshi.recentTrades(market.ticker, last_ms)
    // The second of the last known print is asked for again; its known prints come first and are there already.
    const news = trades.slice(at_last)
    if (news.length === 0) continue
    await loadTrades(db, tradeColumns([{ marketId: market.market_id, from: n, trades: news }]))
    written += news.length
  }
  return written
}

async function fetchCandles({ db, sources, clock }: NewsWorld, markets: readonly MarketRow[]): Promise<number> {
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
        return candles.length === 0 ? [] : [{ marketId: market_id, candles }]
      })
      if (rows.length > 0) written += (await loadCandles(db, candleColumns(rows))).rows
    }
  }
  return written
}

function spans(first: number, last: number, most: number): [number, number][] {
  const out: [number, number][] = []
  for (let from = first; from <= last; from += most) out.push([from, Math.min(last, from + most - 1)])
  return out
}

/**
 * Brings the station's newest reports into the database. A report is known from the moment it was received, not from
 * an assumed delay; one that was there keeps the moment it was first seen.
 */
export async function fetchReports({ db, sources, clock }: NewsWorld, station: string): Promise<number> {
  const now = clock.now()
  const reports = await sources.iem.observations(station, now - REPORTS_BACK_MS, now + MS_PER_MINUTE)
  const received = clock.now()
  const seen = new Set(
    (
      await runQuery<{ valid_ms: number; report_type: string }>(
        db,
        `select valid_ms, report_type from observations where station = $1 and source = 'iem-asos' and valid_ms >= $2`,
        [station, now - REPORTS_BACK_MS],
      )
    ).map(({ valid_ms, report_type }) => `${valid_ms} ${report_type}`),
  )
  const news = reports.filter(({ validMs, reportType }) => !seen.has(`${validMs} ${reportType}`))
  await saveObservations(
    db,
    news.map((row) => ({
      station,
      source: 'iem-asos',
      valid_ms: row.validMs,
      report_type: row.reportType,
      known_ms: received,
      temp_f: row.tempF,
      dew_f: row.dewF,
      humidity_pct: row.humidityPct,
      wind_mph: row.windMph,
      forward_filled: false,
      origin: sources.iem.origin(),
    })),
  )
  return news.length
}

/**
 * Marks the candles of a pair's markets complete whose minute is over, up to `minute`: price and weather are then both
 * known, and a model may see them.
 */
export async function markComplete(
  db: Database,
  city: City,
  days: readonly [number, number],
  minute: number,
): Promise<void> {
  await runQuery(
    db,
    `update candles set complete = true from markets join events using (event_id)
     where candles.market_id = markets.market_id and city = $1 and day between $2 and $3 and not complete
       and end_minute <= $4 and end_minute > $5`,
    [city.id, days[0], days[1], minute, Math.floor(minuteToMs(minute) / MS_PER_MINUTE) - 2 * 1440],
  )
}
