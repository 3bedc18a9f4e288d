import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { sharedFolder } from './shared.ts'

/** A print as recorded: what an ingest must end with. */
export interface TapePrint {
  tsMs: number
  /** 1e-4 dollars. */
  price: number
  countCenti: number
  takerYes: boolean
}

/** Recorded prints by market, in the exchange's order, of the events whose ticker `keep` accepts. */
export function recordedTape(keep: (ticker: string) => boolean): Map<string, TapePrint[]> {
  const tape = new Map<string, TapePrint[]>()
  const lines = gunzipSync(readFileSync(join(sharedFolder()!, 'data', 'tape', 'trades.csv.gz')))
    .toString()
    .split('\n')
  const columns = lines[0]!.trim().split(',')
  const [ticker, ts, price, count, side] = ['market_ticker', 'ts_utc', 'yes_price', 'count', 'taker_side'].map((name) =>
    columns.indexOf(name),
  ) as [number, number, number, number, number]
  for (const line of lines.slice(1)) {
    const cells = line.trim().split(',')
    const market = cells[ticker]!
    if (cells.length < columns.length || !keep(market)) continue
    if (!tape.has(market)) tape.set(market, [])
    tape.get(market)!.push({
      tsMs: /^\d+$/.test(cells[ts]!) ? Number(cells[ts]) : Date.parse(cells[ts]!.replace(' ', 'T').replace(/Z?$/, 'Z')),
      price: Math.round(Number(cells[price]) * 100),
      countCenti: Math.round(Number(cells[count]) * 100),
      takerYes: cells[side] === 'yes',
    })
  }
  return tape
}
