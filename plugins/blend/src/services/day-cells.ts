import type { DevigMethod } from 'kwx/market'
import { CLIP, clipProbability, logit, marketSide, POOL_CLIP, sigmoid } from 'kwx/model'
import { isEcho } from 'kwx/scores'

import type { BlendRows, PilotRows } from './pilot-rows.ts'

/** Weights at which losses are known: 0, 0.01, ..., 1. Between two of them the loss changes by less than 1e-5. */
export const STEPS = 100

/** Mean losses of one pilot's rows of one day in one window: one event day, whatever the number of its rows. */
export interface DayCell {
  readonly pilot: number
  readonly window: number
  readonly day: number
  readonly positives: number
  readonly rows: number
  /** The model repeats the price in every row. */
  readonly echo: boolean
  /** Mean log loss with the pool's weight at k / STEPS, shape [STEPS + 1]; with weight 0 only, shape [1]. */
  readonly loss: Float64Array
  /** Mean of what that would cost if the market's side were right: its divergence from the pooled, of the same shape. */
  readonly divergence: Float64Array
}

/** The market's side of the pool in each row. */
export function marketSides(rows: BlendRows, method: DevigMethod): Float64Array {
  if (method === 'none') return rows.market
  const devigged = rows.devigged[method]
  return rows.market.map((price, i) => marketSide(price, devigged[i]!))
}

/** Log loss of one probability, clipped as everywhere. */
export const rowLogLoss = (y: number, p: number): number => {
  const [low, high] = CLIP
  const clipped = Math.min(high, Math.max(low, p))
  return -Math.log(y === 1 ? clipped : 1 - clipped)
}

/**
 * The day cells of all windows under one way of taking the overround out, in the order of pilots, windows and days.
 *
 * @param weights  `all`, or `zero` where only the market's side is judged
 * @cost O(rows · STEPS), or O(rows)
 */
export function dayCells(pilots: readonly PilotRows[], method: DevigMethod, weights: 'all' | 'zero'): DayCell[] {
  const last = weights === 'all' ? STEPS : 0
  return pilots.flatMap(({ rows, windows }, pilot) => {
    const market = marketSides(rows, method)
    return windows.flatMap(({ from, to }, window) => {
      const byDay = new Map<number, Sums>()
      for (let i = from; i < to; i++) {
        const day = rows.day[i]!
        let cell = byDay.get(day)
        if (!cell) {
          cell = {
            ...{ positives: 0, rows: 0, model: [], price: [] },
            ...{ loss: new Float64Array(last + 1), divergence: new Float64Array(last + 1) },
          }
          byDay.set(day, cell)
        }
        addRow(cell, rows.label[i]!, rows.model[i]!, market[i]!)
        cell.model.push(rows.model[i]!)
        cell.price.push(rows.market[i]!)
      }
      return [...byDay]
        .sort(([a], [b]) => a - b)
        .map(([day, { positives, rows: n, model, price, loss, divergence }]) => {
          const mean = (sums: Float64Array) => sums.map((sum) => sum / n)
          const about = { pilot, window, day, positives, rows: n, echo: isEcho(model, price) }
          return { ...about, loss: mean(loss), divergence: mean(divergence) }
        })
    })
  })
}

interface Sums {
  positives: number
  rows: number
  readonly model: number[]
  readonly price: number[]
  loss: Float64Array
  divergence: Float64Array
}

function addRow(cell: Sums, y: number, model: number, market: number): void {
  cell.rows++
  cell.positives += y
  const [b, a] = [logit(market), logit(clipProbability(model, POOL_CLIP))]
  const [yes, no] = [-rowLogLoss(1, market), -rowLogLoss(0, market)]
  cell.loss[0]! += rowLogLoss(y, market)
  for (let k = 1; k < cell.loss.length; k++) {
    const w = k / STEPS
    const p = sigmoid(w * a + (1 - w) * b)
    const [lossYes, lossNo] = [rowLogLoss(1, p), rowLogLoss(0, p)]
    cell.loss[k]! += y === 1 ? lossYes : lossNo
    cell.divergence[k]! += market * (yes + lossYes) + (1 - market) * (no + lossNo)
  }
}
