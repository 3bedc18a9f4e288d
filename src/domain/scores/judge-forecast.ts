import { EXIT } from '../../base/errors.ts'
import { randomFrom } from '../../base/random/index.ts'
import { formatDay } from '../../base/time/days.ts'
import type { EProcessFigures, MeanInterval, SkillJudgement, WeightedDifference } from '../contracts/skill.ts'
import { chanceUnderBenchmark } from './chance-under-benchmark.ts'
import { checkShape } from './check-columns.ts'
import { confidenceSequence } from './confidence-sequence.ts'
import type { BootstrapInterval } from './day-block-bootstrap.ts'
import { E_BAR, E_CLIP, eValues, growEProcess, startEProcess } from './e-process.ts'
import { LOG_LOSS_CLIP } from './log-loss.ts'
import {
  type DailySums,
  type MarketHourKeys,
  marketHourBootstrap,
  marketHourDayMeans,
  marketHourSums,
  marketHourWeights,
  weightedMeans,
} from './market-hours.ts'
import { HARM_LIMIT, isEcho, SKILL_DELTA, SKILL_MIN_DAYS, skillVerdict } from './skill-verdict.ts'

/** Test rows of a forecast beside its benchmark, all arrays of shape [n]. */
export interface ForecastRows extends MarketHourKeys {
  /** Outcomes, 0 or 1. */
  readonly y: ArrayLike<number>
  /** Probabilities of YES in [0, 1], of the forecast and of the benchmark. */
  readonly p: ArrayLike<number>
  readonly benchmark: ArrayLike<number>
}

interface JudgeOptions {
  /** Of the bootstrap. */
  readonly seed: number
  /** Names for the sentence. */
  readonly subject: string
  readonly benchmark: string
  /** As of `skillVerdict`. */
  readonly delta?: number
  readonly minDays?: number
  /** Why the rows cannot carry a verdict though there may be days enough: then the verdict is too few days. */
  readonly lacking?: string | null
}

export interface ForecastJudgement {
  readonly skill: SkillJudgement
  readonly difference: WeightedDifference
  readonly e_process: EProcessFigures
}

/** Resamples: the ends of an interval move by about a twentieth of its width between seeds. */
const DRAWS = 2000
const LEVEL = 0.95

/** The hour of a row, an integer, from the minute at which its minute ended. */
export const hourOf = (endMinute: number): number => Math.floor((endMinute - 1) / 60)

/** Log loss of each row of `p` minus that of `other`, nats, shape [n]. */
export function lossDifferences(y: ArrayLike<number>, p: ArrayLike<number>, other: ArrayLike<number>): Float64Array {
  checkShape({ y, p, other })
  return Float64Array.from(p, (one, i) => lossOf(y[i]!, one) - lossOf(y[i]!, other[i]!))
}

/**
 * The difference of log loss between a forecast and another in three weightings, with intervals that draw whole days.
 *
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE
 * @cost O(n + draws · days)
 */
export function weightedDifference(
  keys: MarketHourKeys,
  difference: ArrayLike<number>,
  seed: number,
): WeightedDifference {
  const { perRow, perMarketHour, perEventDay } = weightedMeans(keys, difference, { seed, draws: DRAWS, level: LEVEL })
  return {
    per_row: intervalOf(perRow),
    per_market_hour: intervalOf(perMarketHour),
    per_event_day: intervalOf(perEventDay),
  }
}

/**
 * The middle one of `weightedDifference` alone: by market-hours, for parts of the rows such as a window or an hour.
 *
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE
 * @cost O(n + draws · days)
 */
export const marketHourDifference = (keys: MarketHourKeys, difference: ArrayLike<number>, seed: number): MeanInterval =>
  intervalOf(marketHourBootstrap(marketHourSums(keys, difference), { seed, draws: DRAWS, level: LEVEL }))

/**
 * Judges a forecast against its benchmark: verdict on skill by market-hours, three weightings, e-processes over days.
 *
 * Models and pooled probabilities, joint pools included, are judged by this one function. The sentence of *worse* and of
 * *equal* opens with what the market is.
 *
 * @throws KwxError SCORE_SHAPE  when the benchmark has other rows than the forecast
 * @throws KwxError SCORE_VALUE, SCORE_SETTING, SKILL_DELTA
 * @cost O(n + draws · days), 0.1 s for 50,000 rows
 */
export function judgeForecast(
  { day, market, hour, y, p, benchmark }: ForecastRows,
  { seed, subject, benchmark: name, delta = SKILL_DELTA, minDays = SKILL_MIN_DAYS, lacking = null }: JudgeOptions,
): ForecastJudgement {
  checkShape({ day, market, hour, y, p, benchmark })
  const keys = { day, market, hour }
  const losses = lossDifferences(y, p, benchmark)
  const daily = marketHourSums(keys, losses)
  const difference = weightedDifference(keys, losses, seed)
  const echo = isEcho(p, benchmark)
  const interval = difference.per_market_hour
  const days = daily.days.length
  const figures = {
    mean: interval.mean ?? Number.NaN,
    low: interval.low ?? Number.NaN,
    high: interval.high ?? Number.NaN,
    days: lacking === null ? days : 0,
  }
  const chance =
    interval.mean === null
      ? null
      : chanceUnderBenchmark(
          { day, market, p, benchmark, weight: marketHourWeights(keys) },
          interval.mean,
          randomFrom(`${seed}/chance`),
        )
  const found = skillVerdict({ difference: figures, echo, chance, delta, minDays, subject, benchmark: name })
  const { verdict, exit } = found
  const openings: Partial<Record<typeof verdict, string>> = {
    worse: 'The market is better. ',
    equal: 'Equal to the market. ',
  }
  const skill: SkillJudgement = {
    verdict,
    outcome: exit === EXIT.ok ? 'pass' : exit === EXIT.evidence ? 'not-enough-evidence' : 'fail',
    sentence: lacking ?? `${openings[verdict] ?? ''}${found.sentence}`,
    delta,
    min_days: minDays,
    echo,
    chance,
    interval: {
      ...interval,
      weighting: 'market-hour',
      level: LEVEL,
      draws: DRAWS,
      seed,
      days,
      market_hours: daily.counts.reduce((sum, count) => sum + count, 0),
    },
    no_harm: interval.high === null ? null : interval.high < HARM_LIMIT,
    harm_limit: HARM_LIMIT,
  }
  return { skill, difference, e_process: eProcessOf(daily) }
}

function eProcessOf(daily: DailySums): EProcessFigures {
  const means = marketHourDayMeans(daily)
  const byDay: EProcessFigures['by_day'][number][] = []
  let state = startEProcess(E_CLIP)
  for (let d = 0; d < means.length; d++) {
    state = growEProcess(state, daily.days[d]!, means[d]!)
    const { eFor, eAgainst } = eValues(state)
    byDay.push({
      day: formatDay(daily.days[d]!),
      market_hours: daily.counts[d]!,
      difference: means[d]!,
      e_for: eFor,
      e_against: eAgainst,
    })
  }
  const { eFor, eAgainst, peakFor, peakAgainst } = eValues(state)
  const { mean, low, high, level } = confidenceSequence(state)
  return {
    clip: state.clip,
    bar: E_BAR,
    days: state.days,
    clipped_days: state.clipped,
    e_for: eFor,
    e_against: eAgainst,
    peak_for: peakFor,
    peak_against: peakAgainst,
    for_since: state.for_since === null ? null : formatDay(state.for_since),
    against_since: state.against_since === null ? null : formatDay(state.against_since),
    confidence_sequence: { mean: Number.isFinite(mean) ? mean : null, low, high, level },
    by_day: byDay,
  }
}

function intervalOf({ mean, low, high, days }: BootstrapInterval): MeanInterval {
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  const reasons = ['There are no test rows.', 'One event day says nothing about the spread between days.']
  return { mean: finite(mean), low: finite(low), high: finite(high), reason: reasons[days] ?? null }
}

function lossOf(y: number, p: number): number {
  const clipped = Math.min(1 - LOG_LOSS_CLIP, Math.max(LOG_LOSS_CLIP, p))
  return -Math.log(y === 1 ? clipped : 1 - clipped)
}
