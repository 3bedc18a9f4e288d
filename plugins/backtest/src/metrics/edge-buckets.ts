import type { EdgeBucket } from 'kwx/contracts'
import { dayBlockBootstrap } from 'kwx/scores'

import { type JudgedOrder, realisedEdge } from './opening-orders.ts'

/** Lower ends, cents; the last bucket is open. */
const ENDS = [0, 1, 2, 4, 8, 16]

/** Claimed edge against what was realised, contracts weighing alike, by size of the claim. */
export function edgeBuckets(judged: readonly JudgedOrder[], marketDay: Int32Array, seed: number): EdgeBucket[] {
  return ENDS.flatMap((low, k) => {
    const high = ENDS[k + 1] ?? null
    const inside = judged.filter(
      ({ order, filledCenti }) => filledCenti > 0 && order.edge >= low && (high === null || order.edge < high),
    )
    if (inside.length === 0) return []
    const weight = Float64Array.from(inside, ({ filledCenti }) => filledCenti / 100)
    const contracts = inside.reduce((sum, { filledCenti }) => sum + filledCenti, 0) / 100
    const days = Int32Array.from(inside, ({ order }) => marketDay[order.market]!)
    const realised = dayBlockBootstrap(days, Float64Array.from(inside, realisedEdge), { seed, weight })
    const finite = (value: number) => (Number.isFinite(value) ? value : null)
    return [
      {
        low,
        high,
        orders: inside.length,
        contracts,
        claimed_edge: inside.reduce((sum, { order }, i) => sum + weight[i]! * order.edge, 0) / contracts,
        realised_edge: realised.mean,
        realised_low: finite(realised.low),
        realised_high: finite(realised.high),
        days: realised.days,
      },
    ]
  })
}
