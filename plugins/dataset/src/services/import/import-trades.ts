import { EXIT, KwxError } from 'kwx'
import { type Database, loadTrades } from 'kwx/database'

import { deleteTradesBeyond } from '../../storage/delete-trades-beyond.ts'
import { contracts, instant, nonEmpty, oneOf, price } from './fields.ts'
import { assertKnown, findMarket, type KnownMarkets } from './known-markets.ts'
import { type FileReport, type ImportOptions, Tally } from './options.ts'
import { type CsvFile, readCsv } from './read-csv.ts'

/** What was counted of one market, against which its volume is held. */
export interface MarketCount {
  rows: number
  countCenti: number
}

export interface PricesResult {
  readonly report: FileReport
  readonly sha256: string
  readonly counts: Map<string, MarketCount>
}

interface Print {
  readonly ticker: string
  readonly line: number
  readonly tsMs: number
  readonly price: number
  readonly countCenti: number
  readonly takerYes: number
}

/**
 * Prints of one file into the database, numbered within each market in the order of the file.
 *
 * Prints of a market stand together in the file. Within such a run they are sorted by time and otherwise left in
 * order, as the exchange has them; equal prints are real and all kept. Prints that an earlier load had beyond the
 * file's are removed.
 */
export async function importTrades(
  db: Database,
  options: ImportOptions,
  file: CsvFile,
  known: KnownMarkets,
): Promise<PricesResult> {
  const counts = new Map<string, MarketCount>()
  const latest = new Map<string, number>()
  const tally = new Tally()
  const unknown = new Map<string, number>()
  let run: Print[] = []
  let waiting: { id: number; prints: Print[]; first: number }[] = []
  let size = 0
  let loaded = 0

  const closeRun = async (): Promise<void> => {
    if (run.length === 0) return
    const ticker = run[0]!.ticker
    const market = await findMarket(db, known, ticker)
    if (market === 'unwanted') tally.add('not asked for', run.length)
    else if (market === null) unknown.set(ticker, (unknown.get(ticker) ?? 0) + run.length)
    else {
      run.sort((a, b) => a.tsMs - b.tsMs)
      if (run[0]!.tsMs < (latest.get(ticker) ?? 0)) {
        throw outOfOrder(file, run[0]!)
      }
      latest.set(ticker, run.at(-1)!.tsMs)
      const count = counts.get(ticker) ?? { rows: 0, countCenti: 0 }
      waiting.push({ id: market.id, prints: run, first: count.rows })
      size += run.length
      count.rows += run.length
      for (const { countCenti } of run) count.countCenti += countCenti
      counts.set(ticker, count)
    }
    run = []
  }
  const flush = async (): Promise<void> => {
    loaded += (await loadTrades(db, tradeRows(waiting, size))).rows
    waiting = []
    size = 0
  }

  const reading = readCsv(file, ['market_ticker', 'ts_utc', 'yes_price', 'count', 'taker_side'], parsePrint)
  let end = await reading.next()
  while (!end.done) {
    options.signal?.throwIfAborted()
    for (const print of end.value) {
      if (run.length > 0 && run[0]!.ticker !== print.ticker) {
        await closeRun()
        if (size >= ROWS_PER_LOAD) await flush()
      }
      run.push(print)
    }
    end = await reading.next()
  }
  await closeRun()
  await flush()
  assertKnown(file, unknown)
  await removeBeyond(db, known, counts)
  const { rows, sha256 } = end.value
  return { report: { file: file.name, state: 'loaded', rows, loaded, left_out: tally.counts }, sha256, counts }
}

const ROWS_PER_LOAD = 40_000

function parsePrint([ticker, ts, yesPrice, count, side]: readonly string[], line: number): Print {
  return {
    ticker: nonEmpty('market_ticker', ticker!),
    line,
    tsMs: instant('ts_utc', ts!),
    price: price('yes_price', yesPrice!),
    countCenti: contracts('count', count!),
    takerYes: oneOf('taker_side', side!, ['yes', 'no']) === 'yes' ? 1 : 0,
  }
}

function tradeRows(runs: readonly { id: number; prints: readonly Print[]; first: number }[], size: number) {
  const rows = {
    marketId: new Int32Array(size),
    ordinal: new Int32Array(size),
    tsMs: new Float64Array(size),
    price: new Int16Array(size),
    countCenti: new Int32Array(size),
    takerYes: new Uint8Array(size),
  }
  let at = 0
  for (const { id, prints, first } of runs) {
    for (const [k, print] of prints.entries()) {
      rows.marketId[at] = id
      rows.ordinal[at] = first + k
      rows.tsMs[at] = print.tsMs
      rows.price[at] = print.price
      rows.countCenti[at] = print.countCenti
      rows.takerYes[at] = print.takerYes
      at++
    }
  }
  return rows
}

async function removeBeyond(
  db: Database,
  known: KnownMarkets,
  counts: ReadonlyMap<string, MarketCount>,
): Promise<void> {
  const wanted = [...known.markets.values()]
  await deleteTradesBeyond.run(db, [
    wanted.map(({ id }) => id),
    wanted.map(({ ticker }) => counts.get(ticker)?.rows ?? 0),
  ])
}

const outOfOrder = ({ name }: CsvFile, { line, ticker }: Print): KwxError =>
  new KwxError(
    `${name}:${line}: ${ticker} goes on here with a print older than its earlier ones; nothing of the file was loaded.`,
    {
      code: 'IMPORT_ROW_INVALID',
      exit: EXIT.error,
      hint: 'Put all prints of a market together, or in the order of time, and import again.',
      details: { file: name, line, market: ticker },
    },
  )
