import { type Completeness, type Database, saveCompleteness } from 'kwx/database'

import type { ImportedMarket } from '../../storage/imported-market.ts'
import type { MarketsResult } from './import-markets.ts'
import type { PricesResult } from './import-trades.ts'
import type { ImportOptions } from './options.ts'

/** Writes, for each city-day of a list of markets, that its ladder came from this file. */
export async function proveMarkets(
  db: Database,
  { now }: ImportOptions,
  source: string,
  result: MarketsResult,
): Promise<void> {
  const rows = byCityDay(result.markets.values()).map(
    ({ city, day, markets }): Completeness => ({
      city,
      day,
      kind: 'markets',
      source,
      expected: null,
      received: markets.length,
      complete: true,
      proof: { file: result.report.file, sha256: result.sha256 },
      updated_ms: now,
    }),
  )
  await saveCompleteness(db, rows)
}

/**
 * Writes, for each city-day, how many price rows came from a file, and whether their sum is the exchange's volume.
 *
 * A day is complete when every market's summed counts equal a volume that the exchange itself gave.
 */
export async function provePrices(
  db: Database,
  { now }: ImportOptions,
  { kind, source }: { kind: 'trades' | 'candles' | 'quotes'; source: string },
  known: Iterable<ImportedMarket>,
  { report, sha256, counts }: PricesResult,
): Promise<void> {
  const rows = byCityDay(known).map(({ city, day, markets }): Completeness => {
    const received = markets.reduce((sum, { ticker }) => sum + (counts.get(ticker)?.rows ?? 0), 0)
    const differing = markets.filter(
      ({ ticker, volumeCenti }) => volumeCenti !== null && volumeCenti !== (counts.get(ticker)?.countCenti ?? 0),
    )
    const unknown = markets.filter(({ volumeCenti }) => volumeCenti === null).length
    return {
      city,
      day,
      kind,
      source,
      expected: null,
      received,
      complete: differing.length === 0 && unknown === 0,
      proof: {
        file: report.file,
        sha256,
        volume_equals_counts: markets.length - differing.length - unknown,
        volume_unknown: unknown,
        volume_differs: Object.fromEntries(
          differing.map(({ ticker, volumeCenti }) => [
            ticker,
            { volume_centi: volumeCenti, counted_centi: counts.get(ticker)?.countCenti ?? 0 },
          ]),
        ),
      },
      updated_ms: now,
    }
  })
  await saveCompleteness(db, rows)
}

function byCityDay(markets: Iterable<ImportedMarket>) {
  const days = new Map<string, { city: string; day: number; markets: ImportedMarket[] }>()
  for (const market of markets) {
    const key = `${market.city} ${market.day}`
    const entry = days.get(key) ?? { city: market.city, day: market.day, markets: [] }
    entry.markets.push(market)
    days.set(key, entry)
  }
  return [...days.values()]
}
