import type { MarketRow, Observation, Settlement } from 'kwx/database'
import { knownMsOf } from 'kwx/features'
import { minuteToMs } from 'kwx/time'

import { usedSettlement } from '../used-settlement.ts'
import type { CutData, RawData, RawPrices } from './raw-data.ts'

/** How much of the past a cut keeps of the reports; the future is never there. */
interface CutOptions {
  readonly standardOffset: number
  /** Reports known longer ago than this are left out. */
  readonly pastMs: number
}

/**
 * What was in the database at the end of a minute: reports, issuances, prints and candles that were known later are
 * gone, markets have no result and no settlement value, and the issuance in use is chosen from those that are left.
 *
 * @param raw  reports ordered by the moment they became known
 * @param prices  of the markets of one event
 */
export function cutAt(
  raw: RawData,
  prices: ReadonlyMap<number, RawPrices>,
  minute: number,
  { standardOffset, pastMs }: CutOptions,
): CutData {
  const ms = minuteToMs(minute)
  const { observations } = raw
  const from = countUpTo(observations.length, (i) => observations[i]!.known_ms, ms - pastMs)
  const until = countUpTo(observations.length, (i) => observations[i]!.known_ms, ms)
  return {
    markets: raw.markets.map(withoutOutcome),
    observations: observations.slice(from, until),
    settlements: usedThen(raw.settlements.filter((row) => knownMsOf(row, standardOffset) <= ms)),
    prices: new Map([...prices].map(([id, own]) => [id, cutPrices(own, minute)])),
  }
}

const withoutOutcome = (market: MarketRow): MarketRow => ({ ...market, result: null, expiration_value: null })

/** Marks as used what was used when only these were there. */
function usedThen(settlements: readonly Settlement[]): Settlement[] {
  return [...Map.groupBy(settlements, ({ day }) => day).values()].flatMap((issuances) => {
    const used = usedSettlement(issuances)
    return issuances.map((row) => ({ ...row, used: row === used }))
  })
}

/** Prints up to the end of the minute, or candles stamped by then. */
export function cutPrices(prices: RawPrices, minute: number): RawPrices {
  if (prices.kind === 'candles') {
    const n = countUpTo(prices.n, (i) => prices.endMinute[i]!, minute)
    const head = <Values extends Int16Array | Int32Array>(values: Values) => values.subarray(0, n) as Values
    return {
      kind: 'candles',
      n,
      endMinute: head(prices.endMinute),
      priceClose: head(prices.priceClose),
      bidClose: head(prices.bidClose),
      askClose: head(prices.askClose),
      volumeCenti: head(prices.volumeCenti),
    }
  }
  const ms = minuteToMs(minute)
  const { tsMs, price, countCenti, takerYes } = prices
  // Prints stand in the exchange's order, which is not always that of their stamps.
  let n = 0
  while (n < prices.n && tsMs[n]! <= ms) n++
  let later = n
  while (later < prices.n && tsMs[later]! > ms) later++
  if (later < prices.n) {
    const known = Uint32Array.from({ length: prices.n }, (_, i) => i).filter((i) => tsMs[i]! <= ms)
    return {
      kind: 'trades',
      n: known.length,
      tsMs: Float64Array.from(known, (i) => tsMs[i]!),
      price: Int16Array.from(known, (i) => price[i]!),
      countCenti: Int32Array.from(known, (i) => countCenti[i]!),
      takerYes: Uint8Array.from(known, (i) => takerYes[i]!),
    }
  }
  return {
    kind: 'trades',
    n,
    tsMs: tsMs.subarray(0, n),
    price: price.subarray(0, n),
    countCenti: countCenti.subarray(0, n),
    takerYes: takerYes.subarray(0, n),
  }
}

/** How many of n ascending values are at most `most`. */
function countUpTo(n: number, value: (i: number) => number, most: number): number {
  let [low, high] = [0, n]
  while (low < high) {
    const middle = (low + high) >> 1
    if (value(middle) <= most) low = middle + 1
    else high = middle
  }
  return low
}

/** Reports in the order in which they became known. */
export const byKnown = (observations: readonly Observation[]): Observation[] =>
  observations.toSorted((a, b) => a.known_ms - b.known_ms || a.valid_ms - b.valid_ms)
