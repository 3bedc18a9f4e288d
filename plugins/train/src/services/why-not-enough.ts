import { groupFolds } from 'kwx/model'

/** The rows that search and fit would see, and what they must allow. */
interface Evidence {
  readonly label: Uint8Array
  readonly day: Int32Array
  readonly rows: Int32Array
  readonly days: number
  readonly testDays: number
  readonly config: { readonly cv_splits: number }
}

/** One sentence when a window cannot be fitted and judged, else null. */
export function whyNotEnough({ label, day, rows, days, testDays, config: { cv_splits } }: Evidence): string | null {
  if (days < cv_splits) {
    return `${days} event days have rows to train on; ${cv_splits} folds by day need at least ${cv_splits}.`
  }
  const positives = rows.reduce((sum, row) => sum + label[row]!, 0)
  if (positives === 0 || positives === rows.length) {
    return `All ${rows.length} training rows have outcome ${positives === 0 ? 0 : 1}; a fit needs both.`
  }
  const foldOf = groupFolds(
    rows.map((row) => day[row]!),
    cv_splits,
  )
  for (let fold = 0; fold < cv_splits; fold++) {
    const seen = new Set<number>()
    rows.forEach((row, k) => {
      if (foldOf[k] !== fold) seen.add(label[row]!)
    })
    if (seen.size < 2)
      return `Without the days of fold ${fold + 1} all training rows have one outcome; a fit needs both.`
  }
  if (testDays === 0) return 'No row lies on its test days, so it could not be judged.'
  return null
}
