import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { pricesFromTrades } from 'kwx/features'
import { parseDay, parseInstant } from 'kwx/time'

import type { DatasetData, DatasetMarket, Observation, Settlement } from '../../src/services/build/data.ts'

/** The rows of a gzip CSV without quoted fields, one at a time. */
function* rowsOf(file: string): Generator<Record<string, string>> {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n')
  const names = lines[0]!.split(',')
  for (const line of lines.slice(1)) {
    if (line === '') continue
    const cells = line.split(',')
    yield Object.fromEntries(names.map((name, k) => [name, cells[k]!]))
  }
}

const number = (cell: string | undefined) => (cell === undefined || cell === '' ? null : Number(cell))
const instant = (cell: string) => (cell === '' ? null : parseInstant(cell))

/** The recorded tape of one city and span as a builder's data. */
export function tapeData(
  folder: string,
  tapeCity: string,
  station: string,
  fromDay: number,
  toDay: number,
): DatasetData {
  const within = (day: number) => fromDay <= day && day <= toDay
  const markets: DatasetMarket[] = []
  for (const row of rowsOf(join(folder, 'data/tape/markets.csv.gz'))) {
    const day = parseDay(row['event_date']!)
    if (row['city'] !== tapeCity || !within(day)) continue
    markets.push({
      market_id: markets.length,
      ticker: row['ticker']!,
      event_ticker: row['event_ticker']!,
      strike_type: row['strike_type'] as DatasetMarket['strike_type'],
      floor_strike: number(row['floor_strike']),
      cap_strike: number(row['cap_strike']),
      close_ms: instant(row['close_time']!),
      result: (row['result'] || null) as DatasetMarket['result'],
      expiration_value: null,
      day,
      origin: 'real',
    })
  }
  const ids = new Map(markets.map(({ ticker, market_id }) => [ticker, market_id]))
  const trades = new Map<number, [tsMs: number, price: number, count: number, takerYes: boolean][]>()
  for (const row of rowsOf(join(folder, 'data/tape/trades.csv.gz'))) {
    const id = ids.get(row['market_ticker']!)
    if (id === undefined) continue
    let list = trades.get(id)
    if (!list) {
      list = []
      trades.set(id, list)
    }
    list.push([Date.parse(row['ts_utc']!), Number(row['yes_price']), Number(row['count']), row['taker_side'] === 'yes'])
  }
  const observations: Observation[] = []
  for (const row of rowsOf(join(folder, 'data/observations/observations.csv.gz'))) {
    if (row['station'] !== station) continue
    const valid_ms = parseInstant(row['ts_utc']!)
    observations.push({
      station,
      source: 'noaa-ghcnh',
      valid_ms,
      report_type: row['report_type'] === 'FM16' ? 'special' : 'routine',
      known_ms: valid_ms + 300_000,
      temp_f: number(row['temp_f']),
      dew_f: number(row['dew_f']),
      humidity_pct: number(row['humidity_pct']),
      wind_mph: number(row['wind_mph']),
      forward_filled: false,
      origin: 'real',
    })
  }
  const settlements: Settlement[] = []
  for (const row of rowsOf(join(folder, 'data/settlements/settlements.csv.gz'))) {
    const day = parseDay(row['event_date']!)
    if (row['city'] !== tapeCity || !within(day)) continue
    settlements.push({
      city: tapeCity,
      day,
      source: 'archive',
      product_id: 'archive',
      kind: 'archive',
      issued_ms: null,
      tmax_f: number(row['tmax_f']),
      used: true,
      origin: 'real',
    })
  }
  return {
    markets,
    observations,
    settlements,
    async *prices(wanted) {
      for (const { market_id } of wanted) {
        const list = trades.get(market_id)
        if (!list) continue
        yield {
          marketId: market_id,
          prices: pricesFromTrades({
            tsMs: Float64Array.from(list, ([ms]) => ms),
            price: Int16Array.from(list, ([, cents]) => cents * 100),
            countCenti: Int32Array.from(list, ([, , count]) => count * 100),
            takerYes: Uint8Array.from(list, ([, , , yes]) => Number(yes)),
          }),
        }
      }
    },
  }
}
