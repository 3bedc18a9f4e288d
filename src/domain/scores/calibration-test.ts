import { EXIT, type ExitCode } from '../../base/errors.ts'
import type { Random } from '../../base/random/index.ts'
import { checkSetting, checkShape } from './check-columns.ts'
import { type MarketHourKeys, marketHourWeights } from './market-hours.ts'
import { type RecalibrationTest, recalibrationTest } from './recalibration-test.ts'
import { type SignFlipTest, signFlipTest } from './sign-flip-test.ts'

export type CalibrationOutcome = 'too-few-days' | 'one-outcome' | 'no-resolution' | 'fail' | 'pass'

/** Whether the test days contradict that probabilities are shares. */
export interface CalibrationTest {
  readonly outcome: CalibrationOutcome
  /** 0 pass, 3 fail and no resolution, 4 too few days and one outcome. */
  readonly exit: ExitCode
  readonly corp: SignFlipTest
  readonly recalibration: RecalibrationTest
  /** Level of each of the two tests: half of that of both. */
  readonly levelEach: number
  readonly days: number
  readonly marketHours: number
  readonly sentence: string
}

export interface CalibrationRows extends MarketHourKeys {
  /** Outcomes, 0 or 1, shape [n]. */
  readonly y: ArrayLike<number>
  /** Probabilities of YES in [0, 1], shape [n]. */
  readonly p: ArrayLike<number>
}

export interface CalibrationOptions {
  /** Of the sign-flip test; 1,999 by default. */
  readonly draws?: number
  /** Of both tests together, in (0, 1); 0.05 by default. */
  readonly level?: number
  /** Whole number >= 2; 14 by default. */
  readonly minDays?: number
}

/**
 * Two tests of calibration on market-hours with days as blocks, each at half the level.
 *
 * The CORP miscalibration sees any monotone distortion, intercept and slope see shifted and rescaled log-odds with more
 * power. The first that holds: too few days; one outcome only; no resolution, the slope is not identified because the
 * log-odds hardly vary, as of a base rate, which any test of calibration would let pass; fail, one of the tests
 * rejects; pass. A pass says that the days do not contradict the forecast.
 *
 * Days are blocks and taken as independent of each other.
 *
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE, SCORE_SETTING
 * @source as `signFlipTest` and `recalibrationTest`; Bonferroni for the two
 * @cost the sum of both; 50,000 rows with 1,999 draws take under a second
 */
export function calibrationTest(
  { day, market, hour, y, p }: CalibrationRows,
  random: Random,
  { draws = 1999, level = 0.05, minDays = 14 }: CalibrationOptions = {},
): CalibrationTest {
  checkShape({ day, market, hour, y, p })
  checkSetting('the level of the calibration test', level, level > 0 && level < 1, 'a number between 0 and 1')
  checkSetting(
    'the smallest number of days',
    minDays,
    Number.isInteger(minDays) && minDays >= 2,
    'a whole number of at least 2',
  )
  const weight = marketHourWeights({ day, market, hour })
  const rows = { day, y, p, weight }
  const corp = signFlipTest(rows, random, draws)
  const recalibration = recalibrationTest(rows)
  const levelEach = level / 2
  const days = corp.days
  const outcome = judge({ corp, recalibration, levelEach, minDays, oneOutcome: new Set(Array.from(y)).size < 2 })
  const marketHours = Math.round(weight.reduce((sum, w) => sum + w, 0))
  const figures =
    `CORP miscalibration ${corp.miscalibration.toFixed(5)}, ${corp.expected.toFixed(5)} expected, p ${corp.pValue.toFixed(4)}; ` +
    `intercept ${recalibration.intercept.toFixed(2)} and slope ${recalibration.slope.toFixed(2)}, p ${recalibration.pValue.toFixed(4)}; ` +
    `${days} days, level ${levelEach} each`
  const sentence = {
    'too-few-days': `${days} test days are too few to test calibration; ${minDays} are needed.`,
    'one-outcome': `All ${marketHours} market-hours have one outcome: calibration cannot be tested.`,
    'no-resolution': `The log-odds vary too little to identify their slope: its standard error is ${recalibration.slopeError.toFixed(2)}, and 0.50 is the most that can tell slope 1 from slope 0.`,
    fail: `The probabilities are not calibrated: ${figures}.`,
    pass: `The days do not contradict calibration: ${figures}.`,
  }[outcome]
  return { outcome, exit: EXITS[outcome], corp, recalibration, levelEach, days, marketHours, sentence }
}

const EXITS: Record<CalibrationOutcome, ExitCode> = {
  'too-few-days': EXIT.evidence,
  'one-outcome': EXIT.evidence,
  'no-resolution': EXIT.gate,
  fail: EXIT.gate,
  pass: EXIT.ok,
}

function judge({
  corp,
  recalibration,
  levelEach,
  minDays,
  oneOutcome,
}: Pick<CalibrationTest, 'corp' | 'recalibration' | 'levelEach'> & { minDays: number; oneOutcome: boolean }) {
  if (corp.days < minDays) return 'too-few-days'
  if (oneOutcome) return 'one-outcome'
  if (!recalibration.identified) return 'no-resolution'
  return corp.pValue <= levelEach || recalibration.pValue <= levelEach ? 'fail' : 'pass'
}
