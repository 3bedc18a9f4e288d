import { MAX_QUOTE_AGE } from 'kwx/features'
import { DEVIG_METHODS, type DevigMethod, devigLadder } from 'kwx/market'
import { marketProbability } from 'kwx/model'

import { type EventLadder, newestAt, priceAsOf } from './event-ladder.ts'
import type { BlendRows, LadderIndex, RowSpan } from './pilot-rows.ts'
import type { PilotPredictions } from './read-pilot.ts'

type Batches = AsyncIterable<{
  readonly days: ReadonlySet<number>
  readonly ladders: ReadonlyMap<string, EventLadder>
}>

const METHODS = DEVIG_METHODS.filter((method) => method !== 'none')

/**
 * Puts the ladder around each test row at the row's minute: as-of prices of every rung and, for rungs that the pilot
 * models too, the row that holds the newest model probability. Both are at most MAX_QUOTE_AGE minutes old.
 *
 * @returns the index, and the market's side without overround; NaN where a rung had no fresh price or the ladder pays
 *   a degree twice or not at all
 * @cost O(rows · rungs · log rows of a market)
 */
export async function ladderIndex(
  { rows, windows }: PilotPredictions,
  batches: Batches,
): Promise<{ ladders: LadderIndex; devigged: BlendRows['devigged'] }> {
  const { n } = rows
  const nothing = () => new Float64Array(n).fill(Number.NaN)
  const devigged: Record<Exclude<DevigMethod, 'none'>, Float64Array> = {
    proportional: nothing(),
    power: nothing(),
    logit_shift: nothing(),
  }
  const perRow = new Array<Rungs | null>(n).fill(null)
  const spans = marketSpans(rows, windows)
  for await (const { days, ladders } of batches) {
    const eventOf = new Map(
      [...ladders].flatMap(([event, ladder]) => ladder.rungs.map(({ ticker }) => [ticker, { event, ladder }] as const)),
    )
    for (const { from, to, markets } of spans) {
      for (let i = from; i < to; i++) {
        if (!days.has(rows.day[i]!)) continue
        const found = eventOf.get(rows.ticker.values[rows.ticker.codes[i]!]!)
        if (!found) continue
        const rungs = rungsAt(rows, i, found.ladder, markets)
        perRow[i] = { ...rungs, event: found.event, outcome: found.ladder.outcome }
        if (!found.ladder.whole) continue
        for (const method of METHODS) devigged[method][i] = devigLadder(rungs.price, method)?.[rungs.own] ?? Number.NaN
      }
    }
  }
  return { ladders: packed(perRow, rows), devigged }
}

interface Rungs {
  readonly price: Float64Array
  readonly row: Int32Array
  readonly own: number
  readonly event: string
  readonly outcome: number
}

/** Per window, where the rows of each market lie; a market's rows are neighbours, its minutes ascend. */
function marketSpans({ ticker }: Pick<BlendRows, 'ticker'>, windows: readonly RowSpan[]) {
  return windows.map(({ from, to }) => {
    const markets = new Map<string, { from: number; to: number }>()
    for (let i = from; i < to; i++) {
      const name = ticker.values[ticker.codes[i]!]!
      const span = markets.get(name)
      if (span) span.to = i + 1
      else markets.set(name, { from: i, to: i + 1 })
    }
    return { from, to, markets }
  })
}

function rungsAt(
  { ticker, endMinute, market }: PilotPredictions['rows'],
  i: number,
  { rungs }: EventLadder,
  markets: ReadonlyMap<string, { from: number; to: number }>,
): Pick<Rungs, 'price' | 'row' | 'own'> {
  const minute = endMinute[i]!
  const name = ticker.values[ticker.codes[i]!]!
  const own = rungs.findIndex((rung) => rung.ticker === name)
  const price = new Float64Array(rungs.length)
  const row = new Int32Array(rungs.length).fill(-1)
  rungs.forEach((rung, k) => {
    const cents = k === own ? Number.NaN : priceAsOf(rung.prices, minute)
    price[k] = k === own ? market[i]! : Number.isNaN(cents) ? Number.NaN : marketProbability(cents)
    const span = markets.get(rung.ticker)
    if (k === own || !span) return
    const at = newestAt(endMinute, minute, span.from, span.to)
    if (at >= 0 && minute - endMinute[at]! <= MAX_QUOTE_AGE) row[k] = at
  })
  if (own >= 0) row[own] = i
  return { price, row, own }
}

function packed(perRow: readonly (Rungs | null)[], { n }: Pick<BlendRows, 'n'>): LadderIndex {
  const start = new Int32Array(n + 1)
  for (let i = 0; i < n; i++) start[i + 1] = start[i]! + (perRow[i]?.price.length ?? 0)
  const size = start[n]!
  const index = {
    start,
    price: new Float64Array(size),
    row: new Int32Array(size),
    own: new Int32Array(n).fill(-1),
    event: new Int32Array(n).fill(-1),
    outcome: new Int32Array(n).fill(-1),
  }
  const codeOf = new Map<string, number>()
  perRow.forEach((rungs, i) => {
    if (!rungs) return
    index.price.set(rungs.price, start[i]!)
    index.row.set(rungs.row, start[i]!)
    index.own[i] = rungs.own
    index.outcome[i] = rungs.outcome
    const code = codeOf.get(rungs.event) ?? codeOf.size
    codeOf.set(rungs.event, code)
    index.event[i] = code
  })
  return index
}
