import { readingsAt } from '../market/index.ts'
import type { Feature, FeatureSet, MarketView } from './feature.ts'

/** Names of the Float64 columns of a set, then of the `_is_na` indicators of its optional features: the design. */
export function designNames({ features }: FeatureSet): string[] {
  const optional = features.filter(({ missing }) => missing === 'optional')
  return [...features.map(({ name }) => name), ...optional.map(({ name }) => `${name}_is_na`)]
}

/** The rows of one market that a model may see. */
export interface FeatureRows {
  readonly rows: number
  readonly endMinute: Int32Array
  /** The market's own price, cents. */
  readonly price: Float64Array
  /** What the market says beside its price, cents, as in `Readings`; no features: benchmarks are made of them. */
  readonly last: Float64Array
  readonly middle: Float64Array
  /** One column per feature, in the set's order; an optional one that is missing is 0. */
  readonly values: readonly Float64Array[]
  /** One column per optional feature, in that order; 1 where it is missing. */
  readonly isNa: readonly Uint8Array[]
  /** Rows left out by the first critical feature that was missing. */
  readonly dropped: Readonly<Record<string, number>>
}

/**
 * Computes a set's features for one market and leaves out rows without a price or without a critical feature.
 *
 * All rows are there while features are computed: a window of time does not shrink because a report was missing.
 *
 * @cost  O(n x features), plus the rows in the look-back for volatilities
 */
export function featureRows({ features }: FeatureSet, view: MarketView): FeatureRows {
  const memory = new Float64Array(view.n * features.length) // one piece: many small ones cost more than what fills them
  const computed = features.map(({ compute }, k) => {
    const out = memory.subarray(k * view.n, (k + 1) * view.n)
    compute(view, out)
    return out
  })
  return completed(features, view, computed)
}

/** Minutes of a market's rows before a row that a feature reads. */
export const rowMinutes = ({ rowMinutes, lookBackMinutes }: Feature): number => rowMinutes ?? lookBackMinutes

/**
 * The same for the newest rows alone, each feature computed over no more rows than it looks back on. Nothing is counted
 * as dropped: rows before them were not all there.
 *
 * @param n  how many rows
 * @param back  the view that begins so many minutes before the first of them, or earlier
 */
export function newestRows({ features }: FeatureSet, n: number, back: (minutes: number) => MarketView): FeatureRows {
  const views = features.map((feature) => back(rowMinutes(feature)))
  const memory = new Float64Array(views.reduce((sum, view) => sum + view.n, 0))
  let end = 0
  const computed = features.map(({ compute }, k) => {
    const view = views[k]!
    end += view.n
    compute(view, memory.subarray(end - view.n, end))
    return memory.subarray(end - n, end)
  })
  const view = back(0)
  const first = view.n - n
  const newest = {
    n,
    endMinute: view.endMinute.subarray(first),
    mid: view.mid.subarray(first),
    bid: view.bid.subarray(first),
    ask: view.ask.subarray(first),
    ...(view.last && { last: view.last.subarray(first) }),
    ...(view.bidSeen && { bidSeen: view.bidSeen.subarray(first) }),
    ...(view.askSeen && { askSeen: view.askSeen.subarray(first) }),
  }
  return { ...completed(features, newest, computed), dropped: {} }
}

/** Leaves out incomplete rows, and turns what may be missing into 0 with an indicator. */
function completed(
  features: readonly Feature[],
  view: Pick<MarketView, 'n' | 'endMinute' | 'mid' | 'bid' | 'ask' | 'last' | 'bidSeen' | 'askSeen'>,
  computed: readonly Float64Array[],
): FeatureRows {
  const critical: [name: string, values: Float64Array][] = [['yes_mid', view.mid]]
  features.forEach(({ name, missing }, k) => {
    if (missing === 'critical' || missing === 'strike') critical.push([name, computed[k]!])
  })
  const { kept, dropped } = completeRows(view.n, critical)
  const rows = kept.length
  const take = (values: Float64Array) => {
    if (rows === view.n) return values
    const out = new Float64Array(rows)
    for (let r = 0; r < rows; r++) out[r] = values[kept[r]!]!
    return out
  }
  const values = computed.map(take)
  const isNa: Uint8Array[] = []
  features.forEach(({ missing }, k) => {
    if (missing !== 'optional') return
    const column = values[k]!
    const flags = new Uint8Array(rows)
    for (let r = 0; r < rows; r++) {
      if (!Number.isNaN(column[r]!)) continue
      column[r] = 0
      flags[r] = 1
    }
    isNa.push(flags)
  })
  const [last, middle] = [new Float64Array(rows), new Float64Array(rows)]
  for (let r = 0; r < rows; r++) {
    const readings = readingsAt(view, kept[r]!)
    last[r] = readings.last
    middle[r] = readings.middle
  }
  return {
    rows,
    endMinute: rows === view.n ? view.endMinute : kept.map((i) => view.endMinute[i]!),
    price: take(view.mid),
    last,
    middle,
    values,
    isNa,
    dropped,
  }
}

/** Indices of the rows without a gap, and how many each column was the first to drop. */
function completeRows(n: number, critical: readonly (readonly [name: string, values: Float64Array])[]) {
  const gap = new Uint8Array(n) // 1 + index of the first column that is missing
  for (let c = critical.length - 1; c >= 0; c--) {
    const values = critical[c]![1]
    for (let i = 0; i < n; i++) if (Number.isNaN(values[i]!)) gap[i] = c + 1
  }
  const dropped: Record<string, number> = {}
  const kept = new Int32Array(n)
  let rows = 0
  for (let i = 0; i < n; i++) {
    if (gap[i] === 0) {
      kept[rows++] = i
      continue
    }
    const name = critical[gap[i]! - 1]![0]
    dropped[name] = (dropped[name] ?? 0) + 1
  }
  return { kept: kept.subarray(0, rows), dropped }
}
