import { BENCHMARK_NAMES, type ProductionConfig } from 'kwx/config'
import { MAX_SIDE_AGE } from 'kwx/market'
import {
  hourOf,
  judgeForecast,
  lossDifferences,
  type MarketHourKeys,
  marketHourSums,
  weightedDifference,
} from 'kwx/scores'

import type { BenchmarkComparison, HourDifference, ValidationSummary } from '../reports.ts'
import { orNull, scoresOf } from './figures.ts'
import type { TestRows } from './read-evidence.ts'

/** Which market, day and hour each row is of. */
export const keysOf = ({ day, ticker, endMinute }: TestRows): MarketHourKeys => ({
  day,
  market: ticker,
  hour: Int32Array.from(endMinute, hourOf),
})

type SkillParts = Pick<
  ValidationSummary,
  'benchmark' | 'benchmarks' | 'skill' | 'weightings' | 'e_process' | 'difference_by_hour'
>

/**
 * What file 01 says of the model against its benchmark, and against the other benchmarks on the same rows.
 *
 * @param lacking  why the rows carry no verdict; null where they do
 */
export function skillParts(
  rows: TestRows,
  { benchmark, gates, seed }: Pick<ProductionConfig, 'benchmark' | 'gates' | 'seed'>,
  lacking: string | null,
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
    difference_by_hour: byHour(keys, lossDifferences(rows.label, rows.p, rows.market)),
  }
}

/** Mean difference over the market-hours of each hour of the day in UTC; hours without rows are left out. */
function byHour({ day, market, hour }: MarketHourKeys, losses: Float64Array): HourDifference[] {
  const ofDay = Int32Array.from(hour, (one) => ((one % 24) + 24) % 24)
  return Array.from({ length: 24 }, (_, utc) => {
    const chosen = [...ofDay.keys()].filter((i) => ofDay[i] === utc)
    const pick = (values: ArrayLike<number>) => chosen.map((i) => values[i]!)
    const { sums, counts } = marketHourSums({ day: pick(day), market: pick(market), hour: pick(hour) }, pick(losses))
    const total = (values: Float64Array) => values.reduce((sum, one) => sum + one, 0)
    const marketHours = total(counts)
    return { hour_utc: utc, market_hours: marketHours, difference: orNull(total(sums) / marketHours) }
  }).filter(({ market_hours }) => market_hours > 0)
}
