import type { PriceRows } from '../storage/save-prices.ts'

/** Columns of one market's rows, all of one length. */
export type Columns = Readonly<Record<string, ArrayLike<number>>>

type Numbers = Float64Array | Int32Array | Int16Array | Uint8Array

/** The columns with prints behind them. */
export function withPrints(columns: Columns | null, prints: PriceRows['prints']): Columns {
  const known = columns ?? {}
  return {
    tsMs: grown(known['tsMs'], Float64Array, prints, ({ tsMs }) => tsMs),
    price: grown(known['price'], Int16Array, prints, ({ price }) => price),
    countCenti: grown(known['countCenti'], Int32Array, prints, ({ countCenti }) => countCenti),
    takerYes: grown(known['takerYes'], Uint8Array, prints, ({ takerYes }) => Number(takerYes)),
  }
}

function grown<Row, Kind extends Numbers>(
  known: ArrayLike<number> | undefined,
  kind: new (length: number) => Kind,
  rows: readonly Row[],
  value: (row: Row) => number,
): Kind {
  const n = known?.length ?? 0
  const all = new kind(n + rows.length)
  if (known) all.set(known)
  rows.forEach((row, k) => {
    all[n + k] = value(row)
  })
  return all
}

/** What a model sees of a candle, -1 where there is none. */
const CANDLE = {
  endMinute: [Int32Array, ({ endMinute }) => endMinute],
  priceClose: [Int16Array, ({ price }) => price[3] ?? -1],
  bidClose: [Int16Array, ({ bid }) => bid[3] ?? -1],
  askClose: [Int16Array, ({ ask }) => ask[3] ?? -1],
  volumeCenti: [Int32Array, ({ volumeCenti }) => volumeCenti],
} satisfies Record<string, [new (length: number) => Numbers, (candle: PriceRows['candles'][number]) => number]>

/** The columns with candles at their places; one that is there takes the new values. */
export function withCandles(columns: Columns | null, candles: PriceRows['candles']): Columns {
  const byEnd = new Map(candles.map((candle) => [candle.endMinute, candle]))
  const known = columns?.['endMinute'] ?? []
  const news = [...byEnd.keys()].sort((a, b) => a - b)
  // Index of the row before, or the candle: merged by end, the candle instead of the row.
  const merged: (number | PriceRows['candles'][number])[] = []
  let next = 0
  for (let i = 0; i < known.length; i++) {
    while (next < news.length && news[next]! < known[i]!) merged.push(byEnd.get(news[next++]!)!)
    if (news[next] === known[i]) merged.push(byEnd.get(news[next++]!)!)
    else merged.push(i)
  }
  while (next < news.length) merged.push(byEnd.get(news[next++]!)!)
  return Object.fromEntries(
    Object.entries(CANDLE).map(([name, [kind, value]]) => {
      const column = new kind(merged.length)
      merged.forEach((row, k) => {
        column[k] = typeof row === 'number' ? columns![name]![row]! : value(row)
      })
      return [name, column]
    }),
  )
}
