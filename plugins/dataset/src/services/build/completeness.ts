import type { SplitCompleteness } from 'kwx/contracts'
import type { FeatureRows, FeatureSet } from 'kwx/features'
import { MAX_SIDE_AGE } from 'kwx/market'
import type { Window } from 'kwx/time'

/** Rows of one span: how many there were, how many are left, and what they miss. */
interface Count {
  rows_before: number
  rows_after: number
  yes: number
  /** By optional feature of the set. */
  missing: number[]
}

/** Counts rows as they are built, per event day, and sums them over the whole and over each split. */
export class CompletenessCounter {
  readonly #names: readonly string[]
  readonly #days = new Map<number, Count>()
  readonly #dropped: Record<string, number> = {}
  readonly #without = { last: 0, middle: 0 }

  constructor(set: FeatureSet) {
    this.#names = set.features.filter(({ missing }) => missing === 'optional').map(({ name }) => name)
  }

  /** Counts rows that are left out before any feature is computed. */
  drop(day: number, reason: string, rows: number): void {
    if (rows === 0) return
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + rows
    this.#day(day).rows_before += rows
  }

  add(day: number, label: 0 | 1, { rows, last, middle, isNa, dropped }: FeatureRows): void {
    for (const [reason, count] of Object.entries(dropped)) this.drop(day, reason, count)
    const count = this.#day(day)
    count.rows_before += rows
    count.rows_after += rows
    count.yes += label * rows
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(last[i]!)) this.#without.last++
      if (Number.isNaN(middle[i]!)) this.#without.middle++
    }
    isNa.forEach((flags, k) => {
      let missing = 0
      for (let i = 0; i < flags.length; i++) missing += flags[i]!
      count.missing[k]! += missing
    })
  }

  /** The table of the whole build and of every split of the windows. */
  table(windows: readonly Window[]) {
    const whole = this.#sum(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    const split = (window: string, split: 'train' | 'test', first: number, last: number): SplitCompleteness => ({
      window,
      split,
      ...this.#sum(first, last),
    })
    return {
      rows: { before: whole.rows_before, after: whole.rows_after },
      days: whole.days,
      dropped: this.#dropped,
      missing: whole.missing,
      yes_share: whole.yes_share,
      market: {
        max_side_age_minutes: MAX_SIDE_AGE,
        rows_without_last: this.#without.last,
        rows_without_middle: this.#without.middle,
      },
      splits: windows.flatMap(({ name, firstTrainDay, lastTrainDay, firstTestDay, lastTestDay }) => [
        split(name, 'train', firstTrainDay, lastTrainDay),
        split(name, 'test', firstTestDay, lastTestDay),
      ]),
    }
  }

  #day(day: number): Count {
    let count = this.#days.get(day)
    if (!count) {
      count = { rows_before: 0, rows_after: 0, yes: 0, missing: this.#names.map(() => 0) }
      this.#days.set(day, count)
    }
    return count
  }

  #sum(first: number, last: number) {
    const counts = [...this.#days].filter(([day]) => first <= day && day <= last).map(([, count]) => count)
    const total = (pick: (count: Count) => number) => counts.reduce((sum, count) => sum + pick(count), 0)
    const rows_after = total((count) => count.rows_after)
    return {
      days: counts.filter((count) => count.rows_after > 0).length,
      rows_before: total((count) => count.rows_before),
      rows_after,
      yes_share: rows_after > 0 ? total(({ yes }) => yes) / rows_after : null,
      missing: Object.fromEntries(this.#names.map((name, k) => [name, total(({ missing }) => missing[k]!)])),
    }
  }
}
