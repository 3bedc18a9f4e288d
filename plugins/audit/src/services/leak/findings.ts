/** Ways in which a dataset, or what was trained on it, can know too much. */
export type LeakKind =
  /** A row has other values when it is built from what was known at its minute. */
  | 'row-differs'
  /** A row cannot be built at all from what was known at its minute. */
  | 'row-not-rebuilt'
  /** A built row is of a market or of prices that the database has not. */
  | 'row-unknown'
  /** A column that the feature set does not declare. */
  | 'column-unexplained'
  /** A column named after what is known only at settlement. */
  | 'column-named-after-target'
  /** A column that tells the outcomes apart better than anybody can. */
  | 'column-tells-outcome'
  /** A reading or a forecast that is said to be known before the time it is about, or before anybody could have it. */
  | 'known-too-early'
  /** An official maximum that is said to be issued before its day was over. */
  | 'settlement-too-early'
  /** A label that does not say from when it was known. */
  | 'label-time-missing'
  /** A label that is said to be known before its climate day was over. */
  | 'label-known-too-early'
  /** A label that is said to be known at another time than its report was issued. */
  | 'label-time-differs'
  /** Labels that went into a model or a weight before they were known. */
  | 'training-label-late'
  | 'calibration-label-late'
  | 'search-label-late'
  | 'weight-label-late'
  /** A weight that was fitted on more days than lie before its window. */
  | 'weight-days-too-many'

/** One thing that is wrong, with its first example. */
export interface Leak {
  readonly kind: LeakKind
  /** The column, market, source or day concerned. */
  readonly subject: string
  /** Rows, readings, labels or days concerned. */
  readonly rows: number
  readonly sentence: string
  readonly example: Readonly<Record<string, string | number | null>>
}

/** Collects leaks by kind and subject: the first example of each is kept, the others are counted. */
export class LeakCounter {
  readonly #found = new Map<string, { leak: Omit<Leak, 'rows' | 'sentence'>; rows: number; say: Say }>()

  add(kind: LeakKind, subject: string, example: Leak['example'], say: Say): void {
    const key = `${kind} ${subject}`
    const known = this.#found.get(key)
    if (known) known.rows++
    else this.#found.set(key, { leak: { kind, subject, example }, rows: 1, say })
  }

  /** By kind and subject. */
  list(): Leak[] {
    return [...this.#found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { leak, rows, say }]) => ({ ...leak, rows, sentence: say(rows) }))
  }
}

/** Words a leak once it is known how many rows it concerns. */
type Say = (rows: number) => string
