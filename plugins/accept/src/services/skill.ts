import { BENCHMARK_NAMES, type ProductionConfig } from 'kwx/config'
import { MAX_SIDE_AGE } from 'kwx/market'
import {
  hourOf,
  judgeForecast,
  lossDifferences,
  type MarketHourKeys,
  marketHourDifference,
  marketHourSums,
  weightedDifference,
} from 'kwx/scores'

import type { BenchmarkComparison, HourDifference, ValidationSummary } from '../reports.ts'
import { scoresOf } from './figures.ts'
import type { TestRows } from './read-evidence.ts'

/** Which market, day and hour each row is of. */
export const keysOf = ({ day, ticker, endMinute }: TestRows): MarketHourKeys => ({
  day,
  market: ticker,
  hour: Int32Array.from(endMinute, hourOf),
})

type SkillParts = Pick<
  ValidationSummary,
  'benchmark' | 'benchmarks' | 'skill' | 'weightings' | 'e_process' | 'standard_offset' | 'difference_by_hour'
>

/**
 * What file 01 says of the model against its benchmark, and against the other benchmarks on the same rows.
 *
 * @param options.lacking  why the rows carry no verdict; null where they do
 * @param options.standardOffset  of the city, minutes east of UTC: local hours are of its standard time
 */
export function skillParts(
  rows: TestRows,
  { benchmark, gates, seed }: Pick<ProductionConfig, 'benchmark' | 'gates' | 'seed'>,
  { lacking, standardOffset }: { lacking: string | null; standardOffset: number },
): SkillParts {
  const keys = keysOf(rows)
  const n = rows.label.length
  const withoutMiddle = n - rows.hasMiddle.reduce((sum, one) => sum + one, 0)
  const withoutLast = n - rows.hasLast.reduce((sum, one) => sum + one, 0)
  const noQuotes =
    benchmark === 'mid' && n > 0 && withoutMiddle === n
      ? `None of the ${n} test rows has quotes, so the benchmark mid does not exist: record quotes, or set "benchmark: last".`
      : null
  const judged = judgeForecast(
    { ...keys, y: rows.label, p: rows.p, benchmark: rows.market },
    {
      seed,
      delta: gates.min_effect,
      subject: 'The model',
      benchmark: BENCHMARK_NAMES[benchmark],
      lacking: lacking ?? noQuotes,
    },
  )
  const against = (other: Float64Array): BenchmarkComparison => ({
    scores: scoresOf(rows.label, other),
    difference: weightedDifference(keys, lossDifferences(rows.label, rows.p, other), seed),
  })
  return {
    benchmark: {
      reading: benchmark,
      name: BENCHMARK_NAMES[benchmark],
      max_side_age_minutes: MAX_SIDE_AGE,
      rows: n,
      rows_without_middle: withoutMiddle,
      rows_without_last: withoutLast,
    },
    benchmarks: { last: against(rows.last), middle: against(rows.middle), half_way: against(rows.halfWay) },
    skill: judged.skill,
    weightings: judged.difference,
    e_process: judged.e_process,
    standard_offset: standardOffset,
    difference_by_hour: byHour(rows, standardOffset, seed),
  }
}

/** The difference in each hour of the climate day, market-hours by local standard time; hours without rows are left out. */
function byHour(
  { day, ticker, endMinute, label, p, market }: TestRows,
  offset: number,
  seed: number,
): HourDifference[] {
  const losses = lossDifferences(label, p, market)
  const hour = Int32Array.from(endMinute, (minute) => hourOf(minute + offset))
  const rowsOf = Map.groupBy(hour.keys(), (i) => ((hour[i]! % 24) + 24) % 24)
  return [...rowsOf.keys()]
    .sort((a, b) => a - b)
    .map((local) => {
      const pick = (values: ArrayLike<number>) => rowsOf.get(local)!.map((i) => values[i]!)
      const keys = { day: pick(day), market: pick(ticker), hour: pick(hour) }
      const difference = pick(losses)
      const { days, counts } = marketHourSums(keys, difference)
      return {
        hour_local: local,
        days: days.length,
        market_hours: counts.reduce((sum, one) => sum + one, 0),
        difference: marketHourDifference(keys, difference, seed),
      }
    })
}
