import type { BlendWeight } from 'kwx/contracts'
import { randomFrom } from 'kwx/random'
import { HARM_LIMIT } from 'kwx/scores'

import { DRAWS, ends, LEVEL } from './date-blocks.ts'
import { type DayCell, STEPS } from './day-cells.ts'
import { MIN_DAYS } from './fit-weight.ts'

/** Dates of a stretch that may turn out badly: four weeks. */
const STRETCH = 28

/**
 * Lowers a weight until neither being wrong nor four bad weeks of its pilot would do harm.
 *
 * It becomes the largest one, up to what was fitted, with which 39 of 40 stretches of STRETCH dates, drawn one by one
 * from the evidence, cost at most HARM_LIMIT in log loss over the price. Rows count alike here, as where harm is
 * judged: a model that wins quiet days and loses busy ones has a weight by event days and keeps little of it.
 *
 * Fewer dates than a stretch cannot tell how bad one can be: two good weeks of one kind of weather have looked like
 * skill. Until then the weight is also at most the one with which HARM_LIMIT is the expected cost if the price is
 * right, the mean divergence of the price from what is delivered. That asks how far a model strays and not how lucky it
 * was, so a model that corrects the price a little keeps its weight.
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
  const dates = byDate(cells, market)
  if (dates.length < MIN_DAYS) {
    const reason = `${dates.length} days of ${name} are too few, ${MIN_DAYS} are needed: weight 0.`
    return { ...weight, value: 0, outcome: 'too-few-days', reason }
  }
  const top = Math.round(weight.value * STEPS)
  const near = dates.length < STRETCH ? largestNearPrice(dates, top) : top
  const most = largestWithoutHarm(dates, near, seed)
  if (most >= top) return weight
  const found = weight.reason.split(';')[0]
  const why =
    most < near
      ? `with more, four weeks of ${name} could cost over ${HARM_LIMIT}.`
      : `on under ${STRETCH} days, no more than costs ${HARM_LIMIT} if the price of ${name} is right.`
  return { ...weight, value: most / STEPS, reason: `${found}; ${(most / STEPS).toFixed(2)} is used: ${why}` }
}

/** Sums over the rows of one date; arrays have shape [STEPS + 1], at weight k / STEPS. */
interface DateSums {
  readonly rows: number
  /** Log loss minus the price's. */
  readonly excess: Float64Array
  readonly divergence: Float64Array
}

function byDate(cells: readonly DayCell[], market: readonly DayCell[]): DateSums[] {
  const paired = cells.map((cell, i) => ({ ...cell, price: market[i]!.loss[0]! }))
  return [...Map.groupBy(paired, ({ day }) => day)]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => {
      const [excess, divergence] = [new Float64Array(STEPS + 1), new Float64Array(STEPS + 1)]
      for (const cell of group) {
        for (let k = 0; k <= STEPS; k++) {
          excess[k]! += cell.rows * (cell.loss[k]! - cell.price)
          divergence[k]! += cell.rows * cell.divergence[k]!
        }
      }
      return { rows: group.reduce((sum, { rows }) => sum + rows, 0), excess, divergence }
    })
}

/** The divergence grows with the weight. */
function largestNearPrice(dates: readonly DateSums[], top: number): number {
  const allowed = HARM_LIMIT * dates.reduce((sum, { rows }) => sum + rows, 0)
  let k = top
  while (k > 0 && dates.reduce((sum, { divergence }) => sum + divergence[k]!, 0) > allowed) k--
  return k
}

/** Losses are convex in the weight and that of the price is no harm, so what a stretch allows is an interval from 0. */
function largestWithoutHarm(dates: readonly DateSums[], top: number, seed: string): number {
  const random = randomFrom(`bootstrap/${seed}/harm`)
  const found = new Float64Array(DRAWS)
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = Array.from({ length: STRETCH }, () => dates[random.integer(dates.length)]!)
    const allowed = HARM_LIMIT * drawn.reduce((sum, { rows }) => sum + rows, 0)
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
