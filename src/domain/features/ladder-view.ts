import type { LadderView } from './feature.ts'

/** A neighbour's mid is carried this long, in minutes; an older one says nothing about now. */
export const MAX_QUOTE_AGE = 15

/** What the ladder knows of one of its markets. */
export interface Rung {
  readonly endMinute: Int32Array
  /** Cents; NaN where a row has no mid. */
  readonly mid: Float64Array
  readonly volume: Float64Array
}

/**
 * The ladder around each row of `own`: every market's newest mid, at most MAX_QUOTE_AGE minutes old (`total` takes them
 * of any age). A row that states an empty book ends the carrying: what is known of that market then is that it has no price.
 *
 * @param rungs  all markets of the event, `own` among them
 * @cost  O(rows of the event) per market
 */
export function ladderView(own: Rung, rungs: readonly Rung[]): LadderView {
  const n = own.endMinute.length
  const at = new Int32Array(rungs.length).fill(-1)
  const mids = new Float64Array(rungs.length)
  const memory = new Float64Array(8 * n)
  let made = 0
  const make = () => memory.subarray(n * made++, n * made)
  const view = {
    count: make(),
    mean: make(),
    std: make(),
    min: make(),
    max: make(),
    rank: make(),
    volume: make(),
    total: make(),
  }
  for (let i = 0; i < n; i++) {
    const minute = own.endMinute[i]!
    let [count, sum, min, max, below, volume, total] = [0, 0, Infinity, -Infinity, 0, 0, 0]
    for (let k = 0; k < rungs.length; k++) {
      const rung = rungs[k]!
      while (at[k]! + 1 < rung.endMinute.length && rung.endMinute[at[k]! + 1]! <= minute) at[k]!++
      const row = at[k]!
      if (row < 0) continue
      const age = minute - rung.endMinute[row]!
      if (age === 0) volume += rung.volume[row]!
      const mid = rung.mid[row]!
      if (Number.isNaN(mid)) continue
      total += mid
      if (age > MAX_QUOTE_AGE) continue
      mids[count++] = mid
      sum += mid
      min = Math.min(min, mid)
      max = Math.max(max, mid)
      if (mid <= own.mid[i]!) below++
    }
    const mean = sum / count
    let squares = 0
    for (let k = 0; k < count; k++) squares += (mids[k]! - mean) ** 2
    view.count[i] = count
    view.mean[i] = mean
    view.std[i] = Math.sqrt(squares / count)
    view.min[i] = min
    view.max[i] = max
    view.rank[i] = below / count
    view.volume[i] = volume
    view.total[i] = total
  }
  return view
}
