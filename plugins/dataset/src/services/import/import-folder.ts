import { existsSync, globSync } from 'node:fs'

import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'

import { importCandles } from './import-candles.ts'
import { importMarkets, type MarketsResult, readSettlementValues } from './import-markets.ts'
import { importObservations } from './import-observations.ts'
import { importSettlements } from './import-settlements.ts'
import { importTicks } from './import-ticks.ts'
import { importTrades } from './import-trades.ts'
import { type FileReport, type ImportOptions, missing, type Part } from './options.ts'
import { proveMarkets, provePrices } from './prove-prices.ts'
import { type CsvFile, csvFile } from './read-csv.ts'

const EXPECTED: Record<Part, readonly string[]> = {
  tape: [
    'tape/markets.csv.gz',
    'tape/trades.csv.gz',
    'tape/expiration_values.csv.gz',
    'ticks_*/markets.csv.gz',
    'ticks_*/ticks.csv.gz',
  ],
  quotes: ['quotes_*/markets.csv.gz', 'quotes_*/candles_1m.csv.gz'],
  observations: ['observations/observations.csv.gz'],
  settlements: ['settlements/settlements.csv.gz'],
}

/**
 * Makes sure that the folder holds something to import, before a database is opened for it.
 *
 * @throws KwxError IMPORT_FOLDER (exit 2) when it has none of the expected files
 */
export function assertImportable(folder: string, only: Part | undefined): void {
  const expected = partsOf(only).flatMap((part) => EXPECTED[part])
  if (existsSync(folder) && expected.some((pattern) => globSync(pattern, { cwd: folder }).length > 0)) return
  throw new KwxError(
    `${folder} ${existsSync(folder) ? 'has none of the files to import' : 'does not exist'}; expected ${expected.join(', ')}.`,
    {
      code: 'IMPORT_FOLDER',
      exit: EXIT.usage,
      hint: 'Give the folder that holds tape/, observations/ and settlements/.',
      details: { folder, expected },
    },
  )
}

const partsOf = (only: Part | undefined): readonly Part[] => (only ? [only] : (Object.keys(EXPECTED) as Part[]))

/**
 * Loads a folder of recorded data into the database.
 *
 * Each file is one transaction: a file with a wrong row, or a process that is killed, leaves nothing of that file, and
 * running the same import again completes it. Importing twice changes nothing.
 *
 * @returns one report per expected file, those that are missing included
 * @throws KwxError IMPORT_FOLDER (exit 2) when the folder has none of the expected files
 */
export async function importFolder(options: ImportOptions): Promise<FileReport[]> {
  assertImportable(options.folder, options.only)
  const parts = partsOf(options.only)
  const reports: FileReport[] = []
  const done = (report: FileReport): void => {
    reports.push(report)
    options.log(lineOf(report))
  }
  const whole = <Result>(work: (trx: Database) => Promise<Result>) => options.db.transaction().execute(work)

  if (parts.includes('settlements')) {
    const file = csvFile(options, 'settlements/settlements.csv.gz')
    done(file ? await whole((trx) => importSettlements(trx, options, file)) : missing('settlements/settlements.csv.gz'))
  }
  if (parts.includes('observations')) {
    const file = csvFile(options, 'observations/observations.csv.gz')
    done(
      file ? await whole((trx) => importObservations(trx, options, file)) : missing('observations/observations.csv.gz'),
    )
  }
  if (parts.includes('tape')) await importTape(options, whole, done)
  if (parts.includes('quotes')) await importQuotes(options, whole, done)
  return reports
}

type Whole = <Result>(work: (trx: Database) => Promise<Result>) => Promise<Result>
type Done = (report: FileReport) => void

async function importTape(options: ImportOptions, whole: Whole, done: Done): Promise<void> {
  const { folder } = options
  const values = csvFile(options, 'tape/expiration_values.csv.gz')
  const read = values ? await readSettlementValues(options, values) : null
  done(read?.report ?? missing('tape/expiration_values.csv.gz'))
  const settled = read?.values ?? new Map()

  const listed = await importList(options, whole, 'tape/markets.csv.gz', 'tape', { hasVolume: true, settled })
  done(listed?.report ?? missing('tape/markets.csv.gz'))
  const prices = csvFile(options, 'tape/trades.csv.gz')
  if (prices) done(await whole((trx) => importPrices(trx, options, prices, listed, 'trades', 'tape')))
  else done(missing('tape/trades.csv.gz'))

  for (const name of matching(folder, 'ticks_*/markets.csv.gz')) {
    const source = name.split('/')[0]!
    const ticked = await importList(options, whole, name, source, { hasVolume: false, settled })
    done(ticked?.report ?? missing(name))
    const ticks = csvFile(options, `${source}/ticks.csv.gz`)
    if (ticks) done(await whole((trx) => importPrices(trx, options, ticks, ticked, 'quotes', source)))
    else done(missing(`${source}/ticks.csv.gz`))
  }
}

async function importQuotes(options: ImportOptions, whole: Whole, done: Done): Promise<void> {
  const folders = new Set(
    EXPECTED.quotes.flatMap((pattern) => globSync(pattern, { cwd: options.folder })).map((name) => name.split('/')[0]!),
  )
  if (folders.size === 0) for (const name of EXPECTED.quotes) done(missing(name))
  for (const source of [...folders].sort()) {
    const list = `${source}/markets.csv.gz`
    const listed = await importList(options, whole, list, source, { hasVolume: false, settled: new Map() })
    done(listed?.report ?? missing(list))
    const prices = csvFile(options, `${source}/candles_1m.csv.gz`)
    if (prices) done(await whole((trx) => importPrices(trx, options, prices, listed, 'candles', source)))
    else done(missing(`${source}/candles_1m.csv.gz`))
  }
}

async function importList(
  options: ImportOptions,
  whole: Whole,
  name: string,
  source: string,
  how: { hasVolume: boolean; settled: ReadonlyMap<string, number> },
): Promise<MarketsResult | null> {
  const file = csvFile(options, name)
  if (!file) return null
  return whole(async (trx) => {
    const result = await importMarkets(trx, options, file, how)
    await proveMarkets(trx, options, source, result)
    return result
  })
}

const LOADERS = { trades: importTrades, candles: importCandles, quotes: importTicks }

async function importPrices(
  trx: Database,
  options: ImportOptions,
  file: CsvFile,
  listed: MarketsResult | null,
  kind: keyof typeof LOADERS,
  source: string,
): Promise<FileReport> {
  const known = { options, markets: new Map(listed?.markets), unwanted: new Set(listed?.unwanted) }
  const result = await LOADERS[kind](trx, options, file, known)
  await provePrices(trx, options, { kind, source }, known.markets.values(), result)
  return result.report
}

/** Files of a pattern, or the pattern itself where there is none, so that it is reported as missing. */
function matching(folder: string, pattern: string): string[] {
  const found = globSync(pattern, { cwd: folder }).sort()
  return found.length > 0 ? found : [pattern]
}

/** `tape/trades.csv.gz: 938607 rows, 938607 loaded`. */
function lineOf({ file, state, rows, loaded, left_out }: FileReport): string {
  if (state === 'missing') return `${file}: missing`
  const reasons = Object.entries(left_out).map(([reason, n]) => `, ${n} left out (${reason})`)
  return `${file}: ${rows} rows, ${loaded} loaded${reasons.join('')}`
}
