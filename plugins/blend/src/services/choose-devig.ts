import type { BlendDevig } from 'kwx/contracts'
import { DEVIG_METHODS, type DevigMethod } from 'kwx/market'

import { dateBlocks, ends, LEVEL, meanAt, onceEach, resampled } from './date-blocks.ts'
import type { DayCell } from './day-cells.ts'
import { MIN_DAYS } from './fit-weight.ts'

/** Cells of every method, all in the same order. */
export type CellsByMethod = Readonly<Record<DevigMethod, readonly DayCell[]>>

/**
 * Which way of taking the overround out may be used, on the evidence of some cells.
 *
 * The one with the largest gain in log loss over the raw price, if the lower end of its day-block interval is above 0;
 * else none. The intervals are widened by Bonferroni, as several methods are tried. What helps one city by 0.003 hurts
 * the next by as much, so a method must show itself.
 */
export function chooseDevig(cells: CellsByMethod, wanted: (cell: DayCell) => boolean, seed: string): BlendDevig {
  const methods = DEVIG_METHODS.filter((method) => method !== 'none')
  const chosen = cells.none.flatMap((cell, i) => (wanted(cell) ? [i] : []))
  const days = new Set(chosen.map((i) => cells.none[i]!.day)).size
  const level = 1 - (1 - LEVEL) / methods.length
  const candidates = methods.map((method) => {
    if (days < 2) return { method, mean: null, low: null, high: null, reason: 'There are fewer than two days.' }
    const gains = new Map(chosen.map((i) => [cells.none[i]!, cells.none[i]!.loss[0]! - cells[method][i]!.loss[0]!]))
    if ([...gains.values()].every((gain) => gain === 0)) {
      return { method, mean: 0, low: 0, high: 0, reason: 'No ladder was complete.' }
    }
    const blocks = dateBlocks([...gains.keys()], (cell) => Float64Array.of(gains.get(cell)!))
    const { low, high } = ends(
      resampled(blocks, `${seed}/${method}`, (times) => meanAt(blocks, times, 0)),
      level,
    )
    return { method, mean: meanAt(blocks, onceEach(blocks), 0), low, high, reason: null }
  })
  const best = candidates.reduce((one, other) => ((other.mean ?? 0) > (one.mean ?? 0) ? other : one))
  const sure = days >= MIN_DAYS && (best.low ?? 0) > 0
  const gain = `${best.method} gains ${best.mean?.toFixed(4)} [${best.low?.toFixed(4)}, ${best.high?.toFixed(4)}]`
  const reason =
    days < MIN_DAYS
      ? `${days} days are too few, ${MIN_DAYS} are needed.`
      : sure
        ? `On ${days} days ${gain} in log loss over the price as it is.`
        : `No method is surely better than the price as it is; on ${days} days ${gain}.`
  return { method: sure ? best.method : 'none', reason, candidates }
}
