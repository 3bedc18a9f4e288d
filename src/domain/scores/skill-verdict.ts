import { EXIT, type ExitCode, KwxError } from '../../base/errors.ts'
import { checkSetting, checkShape, checkValues, isProbability } from './check-columns.ts'
import type { BootstrapInterval } from './day-block-bootstrap.ts'
import { LOG_LOSS_CLIP } from './log-loss.ts'

/** Smallest difference of log loss that counts, nats. */
export const SKILL_DELTA = 0.0005
/** Test days below which there is no verdict. */
export const SKILL_MIN_DAYS = 14
/** Largest loss, nats, at which a forecast still does no harm. */
export const HARM_LIMIT = 0.002
/** An echo is this close to its benchmark in every row: in probability, and in log-odds. */
const ECHO_PROBABILITY = 1e-3
const ECHO_LOG_ODDS = 0.01

/** Largest chance of looking as good where the benchmark is right, at which a forecast is still better. */
const SKILL_CHANCE = 0.025

export type SkillVerdictName = 'too-few-days' | 'equal' | 'better' | 'worse' | 'not-shown'

/** What the test days say of a forecast against its benchmark. */
export interface SkillVerdict {
  readonly verdict: SkillVerdictName
  /** 0 better, 4 too few days, 3 otherwise. */
  readonly exit: ExitCode
  /** The upper end lies below 0.002 nats. Reported only, it does not enter the verdict. */
  readonly noHarm: boolean
  readonly delta: number
  readonly minDays: number
  readonly sentence: string
}

export interface SkillOptions {
  /** Log loss of the forecast minus that of the benchmark, nats, per market-hour, with its 95 % interval. */
  readonly difference: BootstrapInterval
  /** What `isEcho` said of the test rows. */
  readonly echo: boolean
  /** Of `chanceUnderBenchmark`, in [0, 1]: *better* needs at most 0.025. Absent: not asked. */
  readonly chance?: number | null
  /** >= 0, nats; 0.0005 by default. */
  readonly delta?: number
  /** Whole number >= 2; 14 by default. */
  readonly minDays?: number
  /** Names for the sentence; "The model" and "the market price" by default. */
  readonly subject?: string
  readonly benchmark?: string
}

/**
 * Verdict on skill, the first that holds: too few days; equal, the whole interval within ±delta or an echo of the
 * benchmark; better, the upper end at or below −delta and a chance of at most 0.025 where the benchmark is right; worse, the lower end at or above +delta; not shown.
 *
 * Without delta any echo of the price with a little luck would be better: an interval can exclude 0 by a difference
 * that nobody could use.
 *
 * @throws KwxError SKILL_DELTA    when delta is negative, NaN or infinite
 * @throws KwxError SCORE_SETTING  when minDays is no whole number of at least 2
 * @throws KwxError SCORE_VALUE    when there are enough days and the interval is not finite
 * @source Schuirmann 1987 and Wellek 2010 (equivalence by an interval), the margin is ours
 * @cost O(1)
 */
export function skillVerdict({
  difference,
  echo,
  chance = null,
  delta = SKILL_DELTA,
  minDays = SKILL_MIN_DAYS,
  subject = 'The model',
  benchmark = 'the market price',
}: SkillOptions): SkillVerdict {
  if (!(delta >= 0 && delta < Infinity)) {
    throw new KwxError(`The smallest difference that counts is ${delta} nats; expected a number of at least 0.`, {
      code: 'SKILL_DELTA',
      exit: EXIT.usage,
      hint: `Set it to ${SKILL_DELTA}, or leave it out.`,
      details: { delta: String(delta) },
    })
  }
  checkSetting(
    'the smallest number of days',
    minDays,
    Number.isInteger(minDays) && minDays >= 2,
    'a whole number of at least 2',
  )
  const { days, mean, low, high } = difference
  const verdict: SkillVerdictName = days < minDays ? 'too-few-days' : judge(difference, { echo, delta, chance })
  const about = { verdict, noHarm: high < HARM_LIMIT, delta, minDays }
  if (verdict === 'too-few-days') {
    const sentence = `${days} test days are too few to compare ${lower(subject)} with ${benchmark}; ${minDays} are needed.`
    return { ...about, exit: EXIT.evidence, sentence }
  }
  const figures = `its log loss differs by ${nats(mean)} nats [${nats(low)}, ${nats(high)}] over ${days} days`
  const counts = `${delta} nats`
  const sentence = {
    equal: echo
      ? `${subject} repeats ${benchmark}: every probability is within ${ECHO_PROBABILITY}, and ${figures} (delta ${counts}).`
      : `${subject} equals ${benchmark}: ${figures}, all within ${counts} of 0.`,
    better: `${subject} is better than ${benchmark}: ${figures}, at least ${counts} below 0.`,
    worse: `${subject} is worse than ${benchmark}: ${figures}, at least ${counts} above 0.`,
    'not-shown':
      high <= -delta
        ? `${subject} does not show skill over ${benchmark}: ${figures}, but where ${benchmark} is right ${(100 * chance!).toFixed(1)} % of draws look as good; at most ${100 * SKILL_CHANCE} % may.`
        : `${subject} does not show skill over ${benchmark}: ${figures}; the upper end must be at or below -${counts}.`,
  }[verdict]
  return { ...about, exit: verdict === 'better' ? EXIT.ok : EXIT.gate, sentence }
}

/**
 * Whether a forecast repeats its benchmark: every row is within 1e-3 in probability and within 0.01 in log-odds.
 *
 * The second bound is the narrower one near 0 and 1, where 1e-3 can be most of a price.
 *
 * @param model  probabilities in [0, 1], shape [n]; log-odds are taken after clipping to [1e-6, 1 − 1e-6]
 * @param benchmark  the same, shape [n]
 * @returns false without a row
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE
 * @cost O(n)
 */
export function isEcho(model: ArrayLike<number>, benchmark: ArrayLike<number>): boolean {
  checkShape({ model, benchmark })
  for (const [name, p] of Object.entries({ model, benchmark })) {
    checkValues(name, p, isProbability, 'a number in [0, 1]')
  }
  for (let i = 0; i < model.length; i++) {
    if (Math.abs(model[i]! - benchmark[i]!) > ECHO_PROBABILITY) return false
    if (Math.abs(logOdds(model[i]!) - logOdds(benchmark[i]!)) > ECHO_LOG_ODDS) return false
  }
  return model.length > 0
}

function judge(
  { low, high }: BootstrapInterval,
  { echo, delta, chance }: { readonly echo: boolean; readonly delta: number; readonly chance: number | null },
): Exclude<SkillVerdictName, 'too-few-days'> {
  checkValues('end of the interval', [low, high], Number.isFinite, 'a finite number')
  if (echo || (low >= -delta && high <= delta)) return 'equal'
  if (high <= -delta) return chance !== null && chance > SKILL_CHANCE ? 'not-shown' : 'better'
  return low >= delta ? 'worse' : 'not-shown'
}

function logOdds(p: number): number {
  const clipped = Math.min(1 - LOG_LOSS_CLIP, Math.max(LOG_LOSS_CLIP, p))
  return Math.log(clipped) - Math.log1p(-clipped)
}

const nats = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(4)}`

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
