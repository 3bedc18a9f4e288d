import { type Database, loadQuotes, type QuoteRows } from 'kwx/database'

import { instant, nonEmpty, orNull, price } from './fields.ts'
import type { MarketCount, PricesResult } from './import-trades.ts'
import { assertKnown, findMarket, type KnownMarkets } from './known-markets.ts'
import { type ImportOptions, Tally } from './options.ts'
import { type CsvFile, readCsv } from './read-csv.ts'

const EMPTY_BID = 0
const EMPTY_ASK = 10_000
const NONE = -1

interface Tick {
  readonly ticker: string
  readonly tsMs: number
  /** 1e-4 dollars of YES; -1 for an empty side. */
  readonly bid: number
  readonly ask: number
}

/**
 * Top-of-book ticks of one file into the database.
 *
 * A bid of 0 and an ask of 100 mean that nobody quotes that side. A tick whose bid reaches its ask is a state that the
 * book cannot be in, seen while two sides of it were updated one after the other; it is left out and counted. Ticks
 * after the close are kept: whoever reads them knows the close.
 */
export async function importTicks(
  db: Database,
  options: ImportOptions,
  file: CsvFile,
  known: KnownMarkets,
): Promise<PricesResult> {
  const counts = new Map<string, MarketCount>()
  const tally = new Tally()
  const unknown = new Map<string, number>()
  let loaded = 0
  const reading = readCsv(file, ['market_ticker', 'ts_utc', 'yes_bid', 'implied_yes_ask'], parseTick)
  let end = await reading.next()
  while (!end.done) {
    options.signal?.throwIfAborted()
    const ticks: { id: number; tick: Tick }[] = []
    for (const tick of end.value) {
      const market = await findMarket(db, known, tick.ticker)
      if (market === 'unwanted') tally.add('not asked for')
      else if (market === null) unknown.set(tick.ticker, (unknown.get(tick.ticker) ?? 0) + 1)
      else if (tick.bid !== NONE && tick.ask !== NONE && tick.bid >= tick.ask) tally.add('crossed')
      else {
        ticks.push({ id: market.id, tick })
        const count = counts.get(tick.ticker) ?? { rows: 0, countCenti: 0 }
        count.rows++
        counts.set(tick.ticker, count)
      }
    }
    loaded += (await loadQuotes(db, quoteRows(ticks))).rows
    end = await reading.next()
  }
  assertKnown(file, unknown)
  const { rows, sha256 } = end.value
  return { report: { file: file.name, state: 'loaded', rows, loaded, left_out: tally.counts }, sha256, counts }
}

function parseTick([ticker, ts, yesBid, yesAsk]: readonly string[]): Tick {
  const bid = orNull(yesBid!, (text) => price('yes_bid', text)) ?? NONE
  const ask = orNull(yesAsk!, (text) => price('implied_yes_ask', text)) ?? NONE
  return {
    ticker: nonEmpty('market_ticker', ticker!),
    tsMs: instant('ts_utc', ts!),
    bid: bid === EMPTY_BID ? NONE : bid,
    ask: ask === EMPTY_ASK ? NONE : ask,
  }
}

const quoteRows = (ticks: readonly { id: number; tick: Tick }[]): QuoteRows => ({
  marketId: Int32Array.from(ticks, ({ id }) => id),
  tsMs: Float64Array.from(ticks, ({ tick }) => tick.tsMs),
  bid: Int16Array.from(ticks, ({ tick }) => tick.bid),
  ask: Int16Array.from(ticks, ({ tick }) => tick.ask),
  bidSizeCenti: new Int32Array(ticks.length).fill(NONE),
  askSizeCenti: new Int32Array(ticks.length).fill(NONE),
})
