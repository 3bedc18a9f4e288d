import type { BlendHead } from 'kwx/contracts'
import { type HeadOptions, headed, type PoolChoice, pooledLadder } from 'kwx/model'

import { dateBlocks, ends, LEVEL, meanAt, onceEach, resampled } from './date-blocks.ts'
import { type DayCell, rowLogLoss } from './day-cells.ts'
import { MIN_DAYS } from './fit-weight.ts'
import type { PilotRows } from './pilot-rows.ts'
import { ladderAt } from './pooled-ladder.ts'

const CANDIDATES: readonly Pick<HeadOptions, 'method' | 'temperature'>[] = [
  ...[0.8, 0.9, 1, 1.1, 1.25].map((temperature) => ({ method: 'softmax', temperature }) as const),
  { method: 'cumulative', temperature: 1 },
]

/**
 * Which head, at which temperature, may couple the pooled ladder, on the evidence of some cells.
 *
 * As for the overround: the candidate with the largest gain in log loss over no head, if the lower end of its
 * day-block interval, widened for the number of candidates, is above 0. Without weight on the model there is nothing
 * to couple.
 */
export function chooseHead(
  pilots: readonly PilotRows[],
  cells: readonly DayCell[],
  wanted: (cell: DayCell) => boolean,
  choice: Pick<PoolChoice, 'weight' | 'devig'>,
  seed: string,
): BlendHead {
  const none = (reason: string, candidates: BlendHead['candidates'] = []): BlendHead => ({
    method: 'none',
    temperature: null,
    missing: 'refuse',
    reason,
    candidates,
  })
  if (choice.weight === 0) return none('Weight 0: the price is delivered as it is.')
  if (pilots.some(({ ladders }) => ladders === null)) return none('Ladders are coupled per pilot, not in a joint fit.')
  const evidence = cells.filter(wanted)
  const days = new Set(evidence.map(({ day }) => day)).size
  if (days < MIN_DAYS) return none(`${days} days are too few, ${MIN_DAYS} are needed.`)

  const gains = gainsOf(pilots, evidence, choice)
  const blocks = dateBlocks(evidence, (cell) => gains.get(cell)!)
  const level = 1 - (1 - LEVEL) / CANDIDATES.length
  const candidates = CANDIDATES.map((candidate, c) => {
    const { low, high } = ends(
      resampled(blocks, `${seed}/head`, (times) => meanAt(blocks, times, c)),
      level,
    )
    return { ...candidate, mean: meanAt(blocks, onceEach(blocks), c), low, high, reason: null }
  })
  const best = candidates.reduce((one, other) => (other.mean > one.mean ? other : one))
  const gain = `${best.method} at ${best.temperature} gains ${best.mean.toFixed(4)} [${best.low.toFixed(4)}, ${best.high.toFixed(4)}]`
  if (best.low <= 0) return none(`No head is surely better than none; on ${days} days ${gain}.`, candidates)
  const { method, temperature } = best
  return { method, temperature, missing: 'refuse', reason: `On ${days} days ${gain} in log loss.`, candidates }
}

/** Per cell the mean gain of each candidate, shape [candidates]; a row that cannot be coupled gains nothing. */
function gainsOf(
  pilots: readonly PilotRows[],
  cells: readonly DayCell[],
  choice: Pick<PoolChoice, 'weight' | 'devig'>,
): Map<DayCell, Float64Array> {
  const gains = new Map(cells.map((cell) => [cell, new Float64Array(CANDIDATES.length)]))
  const cellOf = new Map(cells.map((cell) => [`${cell.pilot}/${cell.window}/${cell.day}`, cell]))
  pilots.forEach((pilot, p) => {
    const { rows, windows } = pilot
    windows.forEach(({ from, to }, w) => {
      for (let i = from; i < to; i++) {
        const cell = cellOf.get(`${p}/${w}/${rows.day[i]!}`)
        const ladder = cell && ladderAt(pilot, i)
        const pooled = ladder && pooledLadder(ladder, choice)
        if (!pooled) continue
        const [y, own, gain] = [rows.label[i]!, pooled[ladder.own]!, gains.get(cell)!]
        CANDIDATES.forEach((candidate, c) => {
          const p = headed(pooled, ladder.own, { ...candidate, missing: 'refuse' })
          if (!Number.isNaN(p)) gain[c]! += (rowLogLoss(y, own) - rowLogLoss(y, p)) / cell.rows
        })
      }
    })
  })
  return gains
}
