import { isKwxError } from 'kwx'
import type { Table } from 'kwx/artefacts'
import { checkFeatureSet, designNames, type FeatureSet } from 'kwx/features'

import type { LeakCounter } from './findings.ts'

const OTHER_COLUMNS = ['market', 'event_day', 'end_minute', 'market_price', 'market_last', 'market_middle']
/** Nobody tells the outcomes of a day apart like this hours before; the market itself reaches about 0.9. */
const IMPLAUSIBLE_AUC = 0.999
/** Markets of either outcome; with fewer an honest column may tell them apart by chance. */
const LEAST_MARKETS = 10

/** Columns that are there without a reason, or named after a target. */
export function checkNames(table: Table, set: FeatureSet, leaks: LeakCounter): void {
  const explained = new Set([...OTHER_COLUMNS, ...designNames(set)])
  for (const name of table.keys()) {
    if (!explained.has(name)) {
      leaks.add(
        'column-unexplained',
        name,
        { feature_set: set.id },
        () =>
          `The dataset has a column "${name}", which feature set ${set.id} does not declare: nothing can rebuild it.`,
      )
    }
    if (OTHER_COLUMNS.includes(name) || name.endsWith('_is_na')) continue
    if (!isTarget(set, name)) continue
    leaks.add(
      'column-named-after-target',
      name,
      { feature_set: set.id },
      () => `The column "${name}" is named after what is known only at settlement.`,
    )
  }
}

/** Whether the rule for names of features refuses this one as that of a target. */
function isTarget(set: FeatureSet, name: string): boolean {
  try {
    checkFeatureSet({ ...set, features: [{ ...set.features[0]!, name }] })
    return false
  } catch (error) {
    return isKwxError(error) && error.code === 'FEATURE_IS_TARGET'
  }
}

/** Some rows with their outcomes: `values[j][k]` is column j of row k. */
interface LabelledSample {
  readonly names: readonly string[]
  readonly values: readonly Float64Array[]
  readonly label: Uint8Array
  readonly market: readonly string[]
}

/**
 * Columns that order the rows by outcome all but perfectly, which only a label in disguise does. A feature that reads
 * outcomes from a place of its own rebuilds to equal bytes, and is caught here alone.
 *
 * @returns whether there were enough markets of either outcome to judge
 */
export function checkOutcomes({ names, values, label, market }: LabelledSample, leaks: LeakCounter): boolean {
  const isEnough = (of: (row: number) => boolean) => {
    const outcomes = [0, 1].map((outcome) => new Set(market.filter((_, k) => label[k] === outcome && of(k))).size)
    return outcomes.every((markets) => markets >= LEAST_MARKETS)
  }
  if (!isEnough(() => true)) return false
  names.forEach((name, j) => {
    const own = values[j]!
    // A reading of the market is NaN where there is none: the rows that have it are judged.
    const has = (k: number) => !Number.isNaN(own[k]!)
    const isWhole = own.every((_, k) => has(k))
    if (!isWhole && !isEnough(has)) return
    const auc = isWhole
      ? areaUnderCurve(own, label)
      : areaUnderCurve(
          own.filter((_, k) => has(k)),
          label.filter((_, k) => has(k)),
        )
    if (Math.max(auc, 1 - auc) < IMPLAUSIBLE_AUC) return
    leaks.add(
      'column-tells-outcome',
      name,
      { area_under_curve: auc },
      () =>
        `The column "${name}" tells the outcomes apart with an area under the curve of ${auc.toFixed(4)}; nobody can.`,
    )
  })
  return true
}

/**
 * Probability that a row of outcome 1 has the larger value, ties counting half.
 *
 * @param values  without NaN
 *
 * @source Mann & Whitney 1947
 * @cost O(n log n)
 */
export function areaUnderCurve(values: Float64Array, label: Uint8Array): number {
  const order = Uint32Array.from(values, (_, k) => k).sort((a, b) => values[a]! - values[b]!)
  let [rankSum, ones] = [0, 0]
  for (let first = 0; first < order.length; ) {
    let end = first
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++
    const rank = (first + 1 + end) / 2
    for (let k = first; k < end; k++) {
      if (label[order[k]!] !== 1) continue
      rankSum += rank
      ones++
    }
    first = end
  }
  const zeros = order.length - ones
  return (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros)
}
