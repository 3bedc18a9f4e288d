import { type Database, readCandles, readMarkets, readTrades } from 'kwx/database'
import { type Prices, pricesFromCandles, pricesFromTrades } from 'kwx/features'
import { minuteToMs } from 'kwx/time'
import { type LateRow, readLateRows } from '../storage/late-rows.ts'

import { type CityReading, type CityRows, readCityRows, wholeReading } from './city-rows.ts'
import type { Pair } from './pair.ts'

/** Columns of one market's rows, all of one length. */
type Columns = Readonly<Record<string, ArrayLike<number>>>

/** The rows that a stretch of minutes was worked through with, both ends inclusive. */
interface KnownRows {
  readonly rows: CityRows
  readonly fromMinute: number
  readonly toMinute: number
}

/**
 * The rows of a pair as the loop knew them when it worked through the minutes of a span: late rows are taken away from
 * the minutes that were done without them. As many stretches as there are moments at which something came late, and one.
 *
 * @param days  event days, both inclusive
 */
export async function* rowsAsKnown(
  db: Database,
  pair: Pair,
  days: readonly [number, number],
  [from, to]: readonly [fromMinute: number, toMinute: number],
): AsyncGenerator<KnownRows> {
  const markets = await readMarkets(db, { city: pair.city.id, fromDay: days[0], toDay: days[1] })
  const isOfTrades = pair.loaded.config.price_source === 'trades'
  const kind = isOfTrades ? 'print' : 'candle'
  const ids = markets.map(({ market_id }) => market_id)
  const late = (await readLateRows(db, ids, from)).filter((row) => row.kind === kind)
  const ends = [...new Set(late.map(({ after_minute }) => after_minute).filter((minute) => minute < to)), to]
  let fromMinute = from
  for (const toMinute of ends.sort((a, b) => a - b)) {
    const unknown = Map.groupBy(
      late.filter(({ after_minute }) => after_minute >= toMinute),
      ({ market_id }) => market_id,
    )
    yield {
      rows: await readCityRows(db, pair, days, { ...wholeReading(pair), prices: pricesWithout(unknown, isOfTrades) }),
      fromMinute,
      toMinute,
    }
    fromMinute = toMinute + 1
  }
}

const pricesWithout =
  (unknown: ReadonlyMap<number, readonly LateRow[]>, isOfTrades: boolean): CityReading['prices'] =>
  async (db, asked) => {
    const ids = await asked
    const prices = new Map<number, Prices>()
    for await (const { marketId, n: _, ...read } of isOfTrades ? readTrades(db, ids) : readCandles(db, ids)) {
      let columns = read as unknown as Columns
      for (const row of (unknown.get(marketId) ?? []).toReversed()) columns = without(columns, row)
      if (Object.values(columns)[0]!.length === 0) continue
      prices.set(marketId, isOfTrades ? pricesFromTrades(columns as never) : pricesFromCandles(columns as never))
    }
    return prices
  }

/** The columns before a row came. */
function without(columns: Columns, row: LateRow): Columns {
  if (row.kind === 'print') {
    const { price, count_centi, taker_yes } = row.came
    // Of prints alike in everything the last came last.
    const at = lastIndex(columns['tsMs']!, (tsMs, k) => {
      const isAlike = columns['price']![k] === price && columns['countCenti']![k] === count_centi
      return tsMs === row.at_ms && isAlike && Boolean(columns['takerYes']![k]) === taker_yes
    })
    return cut(columns, at)
  }
  const at = lastIndex(columns['endMinute']!, (minute) => minuteToMs(minute) === row.at_ms)
  if (at < 0 || row.was === null) return cut(columns, at)
  const { price_close, bid_close, ask_close, volume_centi } = row.was
  const before: Record<string, number> = {
    ...(price_close !== undefined && { priceClose: price_close ?? -1 }),
    bidClose: bid_close ?? -1,
    askClose: ask_close ?? -1,
    volumeCenti: volume_centi,
  }
  for (const [name, value] of Object.entries(before)) (columns[name] as { [index: number]: number })[at] = value
  return columns
}

function lastIndex(values: ArrayLike<number>, is: (value: number, index: number) => boolean): number {
  let at = values.length - 1
  while (at >= 0 && !is(values[at]!, at)) at--
  return at
}

/** The columns without one row; as they are where there is none. */
const cut = (columns: Columns, at: number): Columns =>
  at < 0
    ? columns
    : Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [
          name,
          (values as Float64Array).filter((_, k) => k !== at) as ArrayLike<number>,
        ]),
      )
