import { randomFrom } from 'kwx/random'
import type { BlendWeight } from 'kwx/reports'

import { DRAWS, ends, LEVEL } from './date-blocks.ts'
import { type DayCell, STEPS } from './day-cells.ts'
import { MIN_WEIGHT_DAYS } from './fit-weight.ts'
import { HARM_THRESHOLD } from './no-harm.ts'

/** Dates of the stretch that may turn out badly: four weeks. */
export const STRETCH = 28

/**
 * Lowers a weight until four bad weeks of its pilot would do no harm.
 *
 * It becomes the largest one, up to what was fitted, with which 39 of 40 stretches of STRETCH dates, drawn one by one
 * from the evidence, cost at most HARM_THRESHOLD in log loss over the price. Rows count alike here, as where harm is
 * judged: a model that wins quiet days and loses busy ones has a weight by event days and keeps little of it. The fitted
 * weight says what the model knows on average; this says how much of it may be used while a part of a year can still
 * turn out badly.
 *
 * @param weight  fitted on all pilots together
 * @param cells  of this pilot alone, with the losses at every weight
 * @param market  the same cells with the loss of the price as it is
 * @param about  what to call the pilot, and the seed of the draws
 * @cost O(DRAWS · STRETCH · log STEPS)
 */
export function boundHarm(
  weight: BlendWeight,
  cells: readonly DayCell[],
  market: readonly DayCell[],
  { name, seed }: { name: string; seed: string },
): BlendWeight {
  if (weight.value === 0) return weight
  const dates = excessByDate(cells, market)
  if (dates.length < MIN_WEIGHT_DAYS) {
    const reason = `${dates.length} days of ${name} are too few, ${MIN_WEIGHT_DAYS} are needed: weight 0.`
    return { ...weight, value: 0, outcome: 'too-few-days', reason }
  }
  const most = largestWithoutHarm(dates, Math.round(weight.value * STEPS), seed) / STEPS
  if (most >= weight.value) return weight
  const found = weight.reason.split(';')[0]
  const reason = `${found}; ${most.toFixed(2)} is used: with more, four weeks of ${name} could cost over ${HARM_THRESHOLD}.`
  return { ...weight, value: most, reason }
}

interface DateExcess {
  readonly rows: number
  /** Summed log loss with weight k / STEPS minus the price's, shape [STEPS + 1]. */
  readonly excess: Float64Array
}

function excessByDate(cells: readonly DayCell[], market: readonly DayCell[]): DateExcess[] {
  const paired = cells.map((cell, i) => ({ ...cell, price: market[i]!.loss[0]! }))
  return [...Map.groupBy(paired, ({ day }) => day)]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => {
      const excess = new Float64Array(STEPS + 1)
      for (const { loss, rows, price } of group) {
        for (let k = 0; k <= STEPS; k++) excess[k]! += rows * (loss[k]! - price)
      }
      return { rows: group.reduce((sum, { rows }) => sum + rows, 0), excess }
    })
}

/** Losses are convex in the weight and that of the price is no harm, so what a stretch allows is an interval from 0. */
function largestWithoutHarm(dates: readonly DateExcess[], top: number, seed: string): number {
  const random = randomFrom(`bootstrap/${seed}/harm`)
  const found = new Float64Array(DRAWS)
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = Array.from({ length: STRETCH }, () => dates[random.integer(dates.length)]!)
    const allowed = HARM_THRESHOLD * drawn.reduce((sum, { rows }) => sum + rows, 0)
    const harms = (k: number) => drawn.reduce((sum, { excess }) => sum + excess[k]!, 0) > allowed
    let [low, high] = [0, top]
    while (low < high) {
      const k = (low + high + 1) >> 1
      if (harms(k)) high = k - 1
      else low = k
    }
    found[draw] = low
  }
  return ends(found.sort(), LEVEL).low
}
