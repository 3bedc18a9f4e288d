import { isKwxError } from 'kwx'
import { feeFaults } from 'kwx/cities'
import { type Database, loadCandles, loadTrades, saveCompleteness, saveMarkets } from 'kwx/database'
import { type KalshiMarket, type KalshiSource, marketInput } from 'kwx/sources'
import { climateDayEnd, formatDay, minuteToMs } from 'kwx/time'
import { saveFeeChanges } from '../../storage/fee-changes.ts'
import { replacePrices } from '../../storage/replace-prices.ts'
import { closedError } from './closed-error.ts'

import { missingDays, type PriceSource, readCoverage } from './coverage.ts'
import { type FoundEvent, findMarkets } from './find-markets.ts'
import { inParallel } from './in-parallel.ts'
import { candleRows, candlesOfEvent, tradeRows, tradesOf } from './market-prices.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

const SOURCE = 'kalshi'

/**
 * Brings the markets of a city and their prices into the database: every market of every ladder, from both tiers.
 *
 * A city-day is one unit: its prices replace what was there in one transaction, and only then is it marked. Killed at
 * any moment and run again, it ends with the rows of an undisturbed run. A day that is proven complete and settled is
 * not asked for again; when all are, no request is made.
 */
export async function ingestKalshi(options: KalshiOptions): Promise<IngestReport> {
  try {
    return await ingestDays(options)
  } catch (error) {
    throw await sayClosed(options.sources.kalshi, error)
  }
}

/** A server that fails may be an exchange that is closed, which it says itself. */
async function sayClosed(kalshi: KalshiSource, error: unknown): Promise<unknown> {
  if (!isKwxError(error) || error.code !== 'SOURCE_FAILED') return error
  const status = await kalshi.status().catch(() => null)
  return status && !status.exchangeActive ? closedError(status, error) : error
}

/** Keeps what the exchange says about fees; a sentence for each change that the manifest does not know. */
async function checkFees({ db, sources, clock, city, fromDay, toDay }: KalshiOptions): Promise<string[]> {
  const changes = []
  for (const { ticker } of city.series) changes.push(...(await sources.kalshi.feeChanges(ticker)))
  await saveFeeChanges(
    db,
    changes.map((change) => ({
      series_ticker: change.seriesTicker,
      scheduled_ms: change.scheduledMs,
      fee_type: change.feeType,
      fee_multiplier: change.feeMultiplier,
      seen_ms: clock.now(),
    })),
  )
  // A ladder trades from the day before its own.
  return feeFaults(city, changes, fromDay - 1, toDay).map(({ sentence }) => `fees: ${sentence}`)
}

async function ingestDays(options: KalshiOptions): Promise<IngestReport> {
  const { db, city, fromDay, toDay, priceSource, signal, workers, progress, log } = options
  const rows = await readCoverage(db, city, fromDay, toDay)
  const missing = new Set([
    ...missingDays(rows, { kind: 'markets', fromDay, toDay }),
    ...missingDays(rows, { kind: priceSource, fromDay, toDay }),
  ])
  const days = [...missing].sort((a, b) => a - b)
  const report = {
    kind: 'kalshi' as const,
    source: SOURCE,
    days: toDay - fromDay + 1,
    complete: toDay - fromDay + 1 - days.length,
  }
  if (days.length === 0) return { ...report, fetched: 0, rows: 0, incomplete: [], origin: null }

  log(`kalshi: ${days.length} of ${report.days} city-days to fetch`)
  const [warnings, { events, noEvent }] = await Promise.all([checkFees(options), findMarkets(options, days)])
  const ids = await saveLadders(options, [...events.values()])
  const incomplete: Incomplete[] = []
  let written = 0
  let done = 0
  await inParallel(days, workers, signal, async (day) => {
    const event = events.get(day)
    if (event) {
      const outcome = await ingestEvent(options, event, ids)
      written += outcome.rows
      incomplete.push(...outcome.incomplete)
    } else {
      incomplete.push(...(await markEmptyDay(options, day, noEvent.has(day))))
    }
    progress(++done, days.length, 'city-days')
  })
  incomplete.sort((a, b) => a.day - b.day)
  const origin = options.sources.kalshi.origin()
  return { ...report, fetched: days.length, rows: written, incomplete, origin, warnings }
}

type KalshiOptions = IngestOptions & { readonly priceSource: PriceSource }

/** Writes the markets of all ladders at once; what is known of a day is marked with its prices. */
const saveLadders = (
  { db, sources, city }: KalshiOptions,
  events: readonly FoundEvent[],
): Promise<Map<string, number>> =>
  saveMarkets(
    db,
    events.map(({ ticker, seriesTicker, day, markets }) => ({
      ticker,
      seriesTicker,
      city: city.id,
      day,
      origin: sources.kalshi.origin(),
      markets: markets.map(marketInput),
    })),
  )

async function ingestEvent(
  options: KalshiOptions,
  event: FoundEvent,
  ids: ReadonlyMap<string, number>,
): Promise<{ rows: number; incomplete: Incomplete[] }> {
  const { db, sources, clock, city, priceSource } = options
  const { kalshi } = sources
  const { day, markets } = event
  const unsettled = markets.filter((market) => !isSettled(market))
  const open = unsettled.length > 0
  const fetched =
    priceSource === 'trades'
      ? { kind: 'trades' as const, prices: await Promise.all(markets.map((m) => tradesOf(kalshi, m, isSettled(m)))) }
      : { kind: 'candles' as const, prices: await candlesOfEvent(kalshi, event, markets, isSettled) }

  const marketIds = markets.map(({ ticker }) => ids.get(ticker)!)
  await replacePrices(db, fetched.kind, marketIds, (trx: Database) =>
    fetched.kind === 'trades'
      ? loadTrades(trx, tradeRows(fetched.prices, ids))
      : loadCandles(trx, candleRows(fetched.prices, ids)),
  )

  const faults = fetched.prices.flatMap(({ fault }) => fault ?? [])
  const waiting = open ? `${unsettled.length} of ${markets.length} markets are not settled yet` : null
  const reasons = { markets: event.fault ?? waiting, [priceSource]: faults[0] ?? waiting }
  const received = fetched.prices.reduce((sum, { rows }) => sum + rows.length, 0)
  const shared = { city: city.id, day, source: SOURCE, updated_ms: clock.now() }
  await saveCompleteness(db, [
    {
      ...shared,
      kind: 'markets',
      expected: event.fault === null ? markets.length : null,
      received: markets.length,
      // A hole that two listings agree on is the exchange's own: nothing more can be fetched.
      complete: !open,
      proof: {
        fetched: true,
        event: event.ticker,
        ladder: event.fault ?? 'whole',
        settled: markets.length - unsettled.length,
      },
    },
    {
      ...shared,
      kind: priceSource,
      expected: null,
      received,
      complete: !open && faults.length === 0,
      proof: {
        fetched: true,
        markets: Object.fromEntries(fetched.prices.map(({ ticker, proof }) => [ticker, proof])),
        faults,
      },
    },
  ])
  const incomplete: Incomplete[] = []
  for (const kind of ['markets', priceSource] as const) {
    const reason = reasons[kind]
    if (reason) incomplete.push({ day, kind, reason, open: reason === waiting })
  }
  return { rows: received, incomplete }
}

/** A day without any market: complete only when the exchange's list of events goes on without it. */
async function markEmptyDay(options: KalshiOptions, day: number, noEvent: boolean): Promise<Incomplete[]> {
  const { db, clock, city, priceSource } = options
  const isOver = minuteToMs(climateDayEnd(day, city.standardOffset)) < clock.now()
  const complete = noEvent && isOver
  const reason = complete ? 'the exchange lists no event' : isOver ? 'no market in either tier' : 'the day is not over'
  const row = {
    city: city.id,
    day,
    source: SOURCE,
    updated_ms: clock.now(),
    received: 0,
    complete,
    proof: { fetched: true, reason },
  }
  await saveCompleteness(db, [
    { ...row, kind: 'markets', expected: complete ? 0 : null },
    { ...row, kind: priceSource, expected: complete ? 0 : null },
  ])
  return complete ? [] : [{ day, kind: 'markets', reason: `${reason} on ${formatDay(day)}`, open: !isOver }]
}

/** True when the exchange will not change the result by itself any more. */
const isSettled = (market: Pick<KalshiMarket, 'status'>): boolean => market.status === 'finalized'
