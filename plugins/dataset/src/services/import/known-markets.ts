import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'

import { type ImportedMarket, marketOfTicker } from '../../storage/imported-market.ts'
import { type ImportOptions, isWanted } from './options.ts'
import type { CsvFile } from './read-csv.ts'

/** Markets that the rows of a price file may name. */
export interface KnownMarkets {
  readonly options: ImportOptions
  readonly markets: Map<string, ImportedMarket>
  readonly unwanted: Set<string>
}

/** The market of a ticker: from the folder's own list, else from the database; null when neither knows it. */
export async function findMarket(
  db: Database,
  { options, markets, unwanted }: KnownMarkets,
  ticker: string,
): Promise<ImportedMarket | 'unwanted' | null> {
  if (unwanted.has(ticker)) return 'unwanted'
  const listed = markets.get(ticker)
  if (listed) return listed
  const row = await marketOfTicker.first(db, [ticker])
  if (!row) return null
  if (!isWanted(options, row.city, row.day)) {
    unwanted.add(ticker)
    return 'unwanted'
  }
  markets.set(ticker, row)
  return row
}

/** @throws KwxError IMPORT_MARKET_UNKNOWN (exit 1) when rows named markets that nobody knows */
export function assertKnown({ name }: CsvFile, unknown: ReadonlyMap<string, number>): void {
  if (unknown.size === 0) return
  const rows = [...unknown.values()].reduce((sum, n) => sum + n, 0)
  const some = [...unknown.keys()].slice(0, 5)
  throw new KwxError(
    `${name} has ${rows} rows of ${unknown.size} markets that neither the folder nor the database knows, for example ${some.join(', ')}; nothing of the file was loaded.`,
    {
      code: 'IMPORT_MARKET_UNKNOWN',
      exit: EXIT.error,
      hint: 'Put the markets.csv.gz that belongs to it beside the file and import again.',
      details: { file: name, rows, markets: some },
    },
  )
}
