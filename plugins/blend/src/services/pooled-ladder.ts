import { type DevigMethod, devigLadder } from 'kwx/market'
import {
  type BlendP,
  blendProbability,
  clipProbability,
  type HeadOptions,
  type MarketP,
  type ModelP,
  unifiedHead,
} from 'kwx/model'
import type { BlendHead } from 'kwx/reports'

import { marketSide } from './day-cells.ts'
import type { PilotRows } from './pilot-rows.ts'

/** What is chosen on evidence: how much of the model, which market side, which head. */
export interface Choice {
  readonly weight: number
  readonly devig: DevigMethod
  readonly head: Pick<BlendHead, 'method' | 'temperature'>
}

export const NO_HEAD: Choice['head'] = { method: 'none', temperature: null }

/**
 * The pooled probabilities of the whole ladder around row i, before any head; null where a rung has no fresh price.
 *
 * A rung that the pilot does not model, or whose model probability is old, is the market's alone.
 */
export function pooledLadder(
  { rows, ladders }: PilotRows,
  i: number,
  { weight, devig }: Pick<Choice, 'weight' | 'devig'>,
): { p: BlendP[]; own: number } | null {
  if (!ladders || ladders.own[i]! < 0) return null
  const [from, to] = [ladders.start[i]!, ladders.start[i + 1]!]
  const prices = ladders.price.subarray(from, to)
  if (prices.some(Number.isNaN)) return null
  const market = devigLadder(prices, devig)
  if (!market) return null
  const p = Array.from(market, (price, k) => {
    const row = ladders.row[from + k]!
    const side = clipProbability(price) as MarketP
    return row < 0 ? (side as number as BlendP) : blendProbability(rows.model[row]! as ModelP, side, weight)
  })
  return { p, own: ladders.own[i]! }
}

/** One rung of a ladder after the head; NaN where the head refuses it. */
export function headed({ p, own }: { p: readonly BlendP[]; own: number }, options: HeadOptions): number {
  const coupled = unifiedHead(p, options)
  return coupled.outcome === 'coupled' ? clipProbability(coupled.p[own]!) : Number.NaN
}

/**
 * The delivered probabilities of rows [from, to).
 *
 * With weight 0 they are the prices, bit for bit: neither a way of taking the overround out nor a head may touch a
 * probability in which the model has no part. A row without a complete ladder is delivered without head.
 */
export function deliver(pilot: PilotRows, from: number, to: number, choice: Choice): Float64Array {
  const { rows } = pilot
  const { weight, devig, head } = choice
  if (weight === 0) return rows.market.slice(from, to)
  const market = marketSide(rows, devig).subarray(from, to)
  const out = Float64Array.from(market, (price, k) =>
    blendProbability(rows.model[from + k]! as ModelP, price as MarketP, weight),
  )
  if (head.method === 'none' || head.temperature === null) return out
  const options = { method: head.method, temperature: head.temperature, missing: 'refuse' } as const
  for (let i = from; i < to; i++) {
    const ladder = pooledLadder(pilot, i, choice)
    const p = ladder ? headed(ladder, options) : Number.NaN
    if (!Number.isNaN(p)) out[i - from] = p
  }
  return out
}
