import { deliver, type LadderAt, type MarketP, type ModelP, type PoolChoice } from 'kwx/model'

import type { PilotRows } from './pilot-rows.ts'

/**
 * The ladder around row i; null where it was not read or is not whole.
 *
 * A rung that the pilot does not model, or whose model probability is old, is the market's alone.
 */
export function ladderAt({ rows, ladders }: PilotRows, i: number): LadderAt | null {
  if (!ladders || ladders.own[i]! < 0) return null
  const [from, to] = [ladders.start[i]!, ladders.start[i + 1]!]
  const model = Float64Array.from(ladders.row.subarray(from, to), (row) => (row < 0 ? Number.NaN : rows.model[row]!))
  return { price: ladders.price.subarray(from, to), model, own: ladders.own[i]! }
}

/** The delivered probabilities of rows [from, to), one by one as the kit delivers them. */
export function deliverRows(pilot: PilotRows, from: number, to: number, choice: PoolChoice): Float64Array {
  const { model, market, devigged } = pilot.rows
  const sides = choice.devig === 'none' ? null : devigged[choice.devig]
  const out = new Float64Array(to - from)
  for (let i = from; i < to; i++) {
    const row = {
      model: model[i]! as ModelP,
      market: market[i]! as MarketP,
      devigged: sides ? sides[i]! : Number.NaN,
      ladder: () => ladderAt(pilot, i),
    }
    out[i - from] = deliver(row, choice).p
  }
  return out
}
