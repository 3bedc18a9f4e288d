import { type CandleRows, type Database, loadCandles } from 'kwx/database'

import { contracts, instant, nonEmpty, oneOf, orNull, price } from './fields.ts'
import type { MarketCount, PricesResult } from './import-trades.ts'
import { assertKnown, findMarket, type KnownMarkets } from './known-markets.ts'
import { type ImportOptions, Tally } from './options.ts'
import { type CsvFile, readCsv } from './read-csv.ts'

const FIELDS = ['open', 'high', 'low', 'close'] as const
const SIDES = ['yes_bid', 'yes_ask', 'price'] as const
const MS_PER_MINUTE = 60_000
const EMPTY_BID = 0
const EMPTY_ASK = 10_000
const NONE = -1

interface Bar {
  readonly ticker: string
  readonly endMinute: number
  /** Bid, ask and price, each open, high, low and close; -1 where there is none. */
  readonly prices: readonly number[]
  readonly volumeCenti: number
  readonly openInterestCenti: number
}

/**
 * One-minute candles of one file into the database.
 *
 * Rows marked as synthetic repeat an older quote and are left out. A bid of 0 and an ask of 100 mean that nobody
 * quotes; a bar without volume has no price, whatever price the file carries on.
 */
export async function importCandles(
  db: Database,
  options: ImportOptions,
  file: CsvFile,
  known: KnownMarkets,
): Promise<PricesResult> {
  const counts = new Map<string, MarketCount>()
  const tally = new Tally()
  const unknown = new Map<string, number>()
  let loaded = 0
  const reading = readCsv(
    file,
    [
      'market_ticker',
      'ts_utc',
      'volume',
      'open_interest',
      'is_synthetic',
      ...SIDES.flatMap((side) => FIELDS.map((field) => `${side}_${field}`)),
    ],
    parseBar,
  )
  let end = await reading.next()
  while (!end.done) {
    options.signal?.throwIfAborted()
    const bars: { id: number; bar: Bar }[] = []
    for (const bar of end.value) {
      const market = bar ? await findMarket(db, known, bar.ticker) : undefined
      if (!bar || market === undefined) tally.add('synthetic')
      else if (market === 'unwanted') tally.add('not asked for')
      else if (market === null) unknown.set(bar.ticker, (unknown.get(bar.ticker) ?? 0) + 1)
      else {
        bars.push({ id: market.id, bar })
        const count = counts.get(bar.ticker) ?? { rows: 0, countCenti: 0 }
        count.rows++
        count.countCenti += bar.volumeCenti
        counts.set(bar.ticker, count)
      }
    }
    loaded += (await loadCandles(db, candleRows(bars))).rows
    end = await reading.next()
  }
  assertKnown(file, unknown)
  const { rows, sha256 } = end.value
  return { report: { file: file.name, state: 'loaded', rows, loaded, left_out: tally.counts }, sha256, counts }
}

function parseBar([ticker, ts, volume, openInterest, synthetic, ...cells]: readonly string[]): Bar | null {
  const isSynthetic = oneOf('is_synthetic', synthetic!, ['0', '1']) === '1'
  const endMinute = instant('ts_utc', ts!) / MS_PER_MINUTE
  if (!Number.isInteger(endMinute)) throw new RangeError(`ts_utc is "${ts}"; expected a whole minute`)
  const volumeCenti = contracts('volume', volume!)
  const prices = cells.map((cell, k) => {
    const side = Math.floor(k / FIELDS.length)
    const value = orNull(cell, (text) => price(SIDES[side]!, text)) ?? NONE
    if (side === 0) return value === EMPTY_BID ? NONE : value
    if (side === 1) return value === EMPTY_ASK ? NONE : value
    return volumeCenti === 0 ? NONE : value
  })
  const bar = {
    ticker: nonEmpty('market_ticker', ticker!),
    endMinute,
    prices,
    volumeCenti,
    openInterestCenti: contracts('open_interest', openInterest!),
  }
  return isSynthetic ? null : bar
}

function candleRows(bars: readonly { id: number; bar: Bar }[]): CandleRows {
  const side = (first: number) => ({
    open: Int16Array.from(bars, ({ bar }) => bar.prices[first]!),
    high: Int16Array.from(bars, ({ bar }) => bar.prices[first + 1]!),
    low: Int16Array.from(bars, ({ bar }) => bar.prices[first + 2]!),
    close: Int16Array.from(bars, ({ bar }) => bar.prices[first + 3]!),
  })
  return {
    marketId: Int32Array.from(bars, ({ id }) => id),
    endMinute: Int32Array.from(bars, ({ bar }) => bar.endMinute),
    bid: side(0),
    ask: side(4),
    price: side(8),
    volumeCenti: Int32Array.from(bars, ({ bar }) => bar.volumeCenti),
    openInterestCenti: Int32Array.from(bars, ({ bar }) => bar.openInterestCenti),
  }
}
