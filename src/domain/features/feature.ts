import type { CivilTime } from '../../base/time/civil-time.ts'

/**
 * What a feature reads. Only `ladder` costs extra: without a feature that declares it, the other brackets' prices are
 * not loaded. The others are cheap, are always there, and are declared for readers.
 */
export type FeatureInput = 'price' | 'observations' | 'moisture' | 'ladder' | 'settlements'

/**
 * One market's rows in time order, as columns of length n; every value was known at `endMinute[i]`.
 *
 * Prices are cents. NaN means missing, in every array.
 */
export interface MarketView {
  readonly n: number
  readonly bracket: 'between' | 'greater' | 'less'
  /** Whole degrees F; NaN for a side that the bracket does not have. */
  readonly floor: number
  readonly cap: number
  /** Day number of the event. */
  readonly eventDay: number
  readonly closeMinute: number
  readonly civil: CivilTime
  readonly endMinute: Int32Array
  readonly mid: Float64Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  /** Contracts in the minute. */
  readonly volume: Float64Array
  /** Mean price of the minute's prints by contract; absent where the rows come from quotes. */
  readonly printMean?: Float64Array
  /** As in `Prices`: what benchmarks read beside the mid and the sides. */
  readonly last?: Float64Array
  readonly bidSeen?: Int32Array
  readonly askSeen?: Int32Array
  /** Weather as of each row: the newest report known by then, at most MAX_OBSERVATION_AGE minutes old. Degrees F, %, mph. */
  readonly weather: WeatherView
  /** The ladder's mids at the same minute; null unless a feature declares `ladder`. */
  readonly ladder: LadderView | null
  /** Official maximum of the day before, from the minute at which it was issued on. */
  readonly priorDayMax: Float64Array
}

/** As-of weather for each row of a market. */
export interface WeatherView {
  readonly temp: Float64Array
  /** Largest and smallest report of the three hours up to the newest report. */
  readonly max3h: Float64Array
  readonly min3h: Float64Array
  /** The report that was newest one hour earlier. */
  readonly temp1hAgo: Float64Array
  /** NaN where the city's gate excludes the source. */
  readonly dew: Float64Array
  readonly humidity: Float64Array
  readonly wind: Float64Array
}

/** For each row the ladder around it: mids known at that minute (carried at most MAX_QUOTE_AGE minutes), this market included. */
export interface LadderView {
  /** Markets with a mid. */
  readonly count: Float64Array
  readonly mean: Float64Array
  /** Population standard deviation. */
  readonly std: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  /** Share of the ladder's mids at or below this one, in (0, 1]. */
  readonly rank: Float64Array
  /** Contracts in the minute over the whole ladder. */
  readonly volume: Float64Array
  /** Sum of every market's newest mid, of any age: cents. A market without one adds nothing. */
  readonly total: Float64Array
}

/** One named column, computed market by market from what was known at each row. */
export interface Feature {
  readonly name: string
  /** For people: `cents`, `F`, `minutes`, `%`, `mph`, `1`. */
  readonly unit: string
  readonly inputs: readonly FeatureInput[]
  /** How far back in time it looks, minutes. */
  readonly lookBackMinutes: number
  /**
   * How far back it looks over the market's own rows and its ladder's, minutes; absent: `lookBackMinutes`. It reads rows
   * later than so many minutes ago and, where it asks what the price was then, the newest one before them with a price.
   * Who wants only the newest rows builds no more than these.
   */
  readonly rowMinutes?: number
  /**
   * `critical`: a row without it is dropped and counted. `optional`: becomes 0 with `<name>_is_na` 1. `never`: always
   * a number. `strike`: critical where the bracket has that side, the constant 0 where it has not.
   */
  readonly missing: 'critical' | 'optional' | 'never' | 'strike'
  /** Fills `out`, length `view.n`; NaN means missing. Pure. */
  compute(view: MarketView, out: Float64Array): void
}

/** A named, ordered list of features. */
export interface FeatureSet {
  readonly id: string
  readonly title: string
  readonly version: string
  readonly features: readonly Feature[]
}

/** Gives inference to authors; returns its argument. */
export const defineFeatureSet = (set: FeatureSet): FeatureSet => set
