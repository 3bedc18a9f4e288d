import type { Benchmark } from 'kwx/config'
import { type EventLadder, freshAt, ladderPrices } from 'kwx/features'
import { DEVIG_METHODS, type DevigMethod } from 'kwx/market'
import { withoutOverround } from 'kwx/model'

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
 * @param benchmark  the reading of the market that the rows' own `market` is
 * @returns the index, and the market's side without overround; NaN where a rung had no fresh price or the ladder pays
 *   a degree twice or not at all
 * @cost O(rows · rungs · log rows of a market)
 */
export async function ladderIndex(
  { rows, windows }: PilotPredictions,
  batches: Batches,
  benchmark: Benchmark,
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
        // A ladder that pays a degree twice or not at all is no law: it has no sum to correct and nothing to couple.
        if (!found?.ladder.whole) continue
        const rungs = rungsAt(rows, i, found.ladder, markets, benchmark)
        perRow[i] = { ...rungs, event: found.event, outcome: found.ladder.outcome }
        const ladder = { ...rungs, model: [] }
        for (const method of METHODS) devigged[method][i] = withoutOverround(ladder, method)
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
  ladder: EventLadder,
  markets: ReadonlyMap<string, { from: number; to: number }>,
  benchmark: Benchmark,
): Pick<Rungs, 'price' | 'row' | 'own'> {
  const minute = endMinute[i]!
  const name = ticker.values[ticker.codes[i]!]!
  const own = ladder.rungs.findIndex((rung) => rung.ticker === name)
  const price = ladderPrices(ladder, minute, benchmark, { rung: own, price: market[i]! })
  const row = Int32Array.from(ladder.rungs, (rung, k) => {
    const span = markets.get(rung.ticker)
    if (k === own || !span) return -1
    const at = freshAt(endMinute.subarray(span.from, span.to), minute)
    return at < 0 ? -1 : span.from + at
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
