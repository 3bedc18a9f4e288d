import type { BlendWeight } from 'kwx/contracts'

import { type DateBlocks, DRAWS, dateBlocks, ends, LEVEL, meanAt, onceEach, resampled } from './date-blocks.ts'
import { type DayCell, STEPS } from './day-cells.ts'

/** Dates below which no weight is given to a model: two weeks, as for every verdict about skill. */
export const MIN_DAYS = 14

/** Losses closer than this are one: rounding of sums of some thousand rows. */
const SAME = 1e-12

/**
 * Fits the pool's weight on day cells and says how sure they are of it.
 *
 * `fitted` minimises the mean log loss, event days counting alike: rows of a day share its weather, so a day with many
 * trades is not more evidence than one with few. The interval resamples whole dates and fits again on each resample. The weight to use is the lower end of that interval: it is 0 while the days cannot
 * tell the model from noise, small when they barely can, and comes up to the fitted weight as days come in.
 *
 * @param seed  of this fit
 * @cost O(DRAWS · dates · log STEPS)
 */
export function fitWeight(cells: readonly DayCell[], seed: string): BlendWeight {
  const blocks = dateBlocks(cells, ({ loss }) => loss)
  const about = { level: LEVEL, draws: DRAWS, days: blocks.dates, event_days: blocks.cells }
  const unused = (outcome: BlendWeight['outcome'], reason: string): BlendWeight => ({
    value: 0,
    fitted: null,
    low: null,
    high: null,
    ...about,
    outcome,
    reason,
  })
  if (cells.length === 0) return unused('no-rows', 'There are no test rows to fit a weight on: weight 0.')
  // The sign of a difference that nobody could use would be fitted with full weight, were it the same on all days.
  if (cells.every(({ echo }) => echo)) {
    return unused('flat', `The model repeats the price on ${blocks.dates} days (${blocks.cells} event days): weight 0.`)
  }
  const at = argmin(blocks, onceEach(blocks))
  const days = `${blocks.dates} days (${blocks.cells} event days)`
  if (isFlat(blocks, at)) return unused('flat', `Model and market score alike at every weight on ${days}: weight 0.`)
  const fitted = at / STEPS
  const interval =
    blocks.dates < 2
      ? null
      : ends(
          resampled(blocks, seed, (times) => argmin(blocks, times) / STEPS),
          LEVEL,
        )
  const estimate = { fitted, low: interval?.low ?? null, high: interval?.high ?? null, ...about }
  if (blocks.dates < MIN_DAYS) {
    const reason = `${days} are too few, ${MIN_DAYS} are needed: weight 0.`
    return { value: 0, ...estimate, outcome: 'too-few-days', reason }
  }
  const positives = cells.reduce((sum, cell) => sum + cell.positives, 0)
  const rows = cells.reduce((sum, cell) => sum + cell.rows, 0)
  if (positives === 0 || positives === rows) {
    return { value: 0, ...estimate, outcome: 'one-class', reason: `All ${rows} rows have one outcome: weight 0.` }
  }
  const { low, high } = interval!
  const found = `Fitted ${fitted.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] on ${days}`
  const reason = low > 0 ? `${found}; its lower end is used.` : `${found}: the interval contains 0, so weight 0.`
  return { value: low, ...estimate, outcome: 'fitted', reason }
}

/**
 * Index of the smallest mean loss, the lowest on ties. Log-odds are linear in the weight and the log loss is convex in
 * them, so the loss falls up to there and rises after it: bisection on the sign of its steps finds it.
 */
function argmin(blocks: DateBlocks, times: ArrayLike<number>): number {
  let [low, high] = [0, STEPS]
  while (low < high) {
    const k = (low + high) >> 1
    if (meanAt(blocks, times, k + 1) - meanAt(blocks, times, k) < -SAME) low = k + 1
    else high = k
  }
  return low
}

/** Convex: largest at one of the ends. */
function isFlat(blocks: DateBlocks, at: number): boolean {
  const once = onceEach(blocks)
  const least = meanAt(blocks, once, at)
  return [0, STEPS].every((end) => Math.abs(meanAt(blocks, once, end) - least) <= SAME)
}
