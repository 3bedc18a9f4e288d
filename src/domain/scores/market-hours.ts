import { checkShape, checkValues } from './check-columns.ts'
import { type BootstrapInterval, type BootstrapOptions, dayBlockBootstrap } from './day-block-bootstrap.ts'

/** Where rows belong. Markets are numbered over all cities: one number is one market of one event. */
export interface MarketHourKeys {
  /** Climate day, shape [n], whole numbers. Days of several cities with one date have one number. */
  readonly day: ArrayLike<number>
  /** Market id, shape [n], whole numbers. */
  readonly market: ArrayLike<number>
  /** Hour, shape [n], whole numbers. */
  readonly hour: ArrayLike<number>
}

/** Sums of market-hour means per day, days rising. The mean over all market-hours is Σ sums / Σ counts. */
export interface DailySums {
  /** Shape [days]. */
  readonly days: Int32Array
  /** Sum over the day's market-hours of the mean within the market-hour, shape [days]; unit of the values. */
  readonly sums: Float64Array
  /** Market-hours of the day, shape [days], >= 1. */
  readonly counts: Float64Array
}

/** One mean in three weightings, each with its day-block interval. */
export interface WeightedMeans {
  /** Each row counts once. */
  readonly perRow: BootstrapInterval
  /** Each (day, market, hour) counts once. Gates use this one. */
  readonly perMarketHour: BootstrapInterval
  /** Each day counts once, with the mean over its market-hours. */
  readonly perEventDay: BootstrapInterval
}

/**
 * Row weights with which each (day, market, hour) counts once: 1 / rows of the row's market-hour.
 *
 * Busy hours have many rows of nearly the same forecast of one outcome. Weighted by rows, a score is mostly about them.
 *
 * @returns weights in (0, 1], shape [n]; they sum to the number of market-hours
 * @throws KwxError SCORE_SHAPE  when the columns differ in length
 * @throws KwxError SCORE_VALUE  when a day, market or hour is no whole number
 * @cost O(n)
 */
export function marketHourWeights(keys: MarketHourKeys): Float64Array {
  const { group, sizes } = groupRows(keys)
  return Float64Array.from(group, (g) => 1 / sizes[g]!)
}

/**
 * Per-day sums of the means within market-hours, and the number of market-hours.
 *
 * @param values  losses or differences of losses, shape [n], finite
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE
 * @cost O(n + days log days)
 */
export function marketHourSums(keys: MarketHourKeys, values: ArrayLike<number>): DailySums {
  const { day, market, hour } = keys
  checkShape({ day, market, hour, values })
  checkValues('value', values, Number.isFinite, 'a finite number')
  const { group, sizes } = groupRows(keys)
  const means = new Float64Array(sizes.length)
  const dayOf = new Int32Array(sizes.length)
  for (let i = 0; i < values.length; i++) {
    const g = group[i]!
    means[g]! += values[i]! / sizes[g]!
    dayOf[g] = day[i]!
  }
  const days = Int32Array.from(new Set(dayOf)).sort()
  const index = new Map(Array.from(days, (day, d) => [day, d]))
  const sums = new Float64Array(days.length)
  const counts = new Float64Array(days.length)
  for (let g = 0; g < means.length; g++) {
    const d = index.get(dayOf[g]!)!
    sums[d]! += means[g]!
    counts[d]! += 1
  }
  return { days, sums, counts }
}

/** Mean over the market-hours of each day, shape [days]. */
export const marketHourDayMeans = ({ sums, counts }: DailySums): Float64Array => sums.map((sum, d) => sum / counts[d]!)

/**
 * Percentile interval of the mean over market-hours: whole days are resampled, the figure is Σ sums / Σ counts.
 *
 * @returns low and high are NaN with fewer than two days
 * @source as `dayBlockBootstrap`
 * @cost O(draws · days)
 */
export const marketHourBootstrap = (daily: DailySums, options: Omit<BootstrapOptions, 'weight'>): BootstrapInterval =>
  dayBlockBootstrap(daily.days, marketHourDayMeans(daily), { ...options, weight: daily.counts })

/**
 * The mean of per-row values with its day-block interval in three weightings. All three resample the same days.
 *
 * @param values  losses or differences of losses, shape [n], finite
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE
 * @cost O(n + draws · days)
 */
export function weightedMeans(
  keys: MarketHourKeys,
  values: ArrayLike<number>,
  options: Omit<BootstrapOptions, 'weight'>,
): WeightedMeans {
  const daily = marketHourSums(keys, values)
  return {
    perRow: dayBlockBootstrap(keys.day, values, options),
    perMarketHour: marketHourBootstrap(daily, options),
    perEventDay: dayBlockBootstrap(daily.days, marketHourDayMeans(daily), options),
  }
}

/** Number of the market-hour of each row, in order of first appearance, and rows per market-hour. */
function groupRows({ day, market, hour }: MarketHourKeys): { group: Int32Array; sizes: number[] } {
  checkShape({ day, market, hour })
  for (const [name, column] of Object.entries({ day, market, hour })) {
    checkValues(name, column, Number.isSafeInteger, 'a whole number')
  }
  // Two levels of maps: a product of three ranges could pass 2^53.
  const marketDays = numbered()
  const hours = numbered()
  const group = new Int32Array(day.length)
  const sizes: number[] = []
  for (let i = 0; i < day.length; i++) {
    const g = hours(marketDays(day[i]!, market[i]!), hour[i]!)
    group[i] = g
    sizes[g] = (sizes[g] ?? 0) + 1
  }
  return { group, sizes }
}

/** Gives pairs consecutive numbers from 0. */
function numbered(): (first: number, second: number) => number {
  const known = new Map<number, Map<number, number>>()
  let next = 0
  return (first, second) => {
    let inner = known.get(first)
    if (!inner) known.set(first, (inner = new Map()))
    let number = inner.get(second)
    if (number === undefined) inner.set(second, (number = next++))
    return number
  }
}
