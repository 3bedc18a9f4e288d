import { randomFrom } from '../../base/random/index.ts'
import type { Offset, ProductionConfig } from '../config/production-config.ts'
import type { Calibrator } from './model-file.ts'

/** Share of the training event days that only the calibrator sees. */
const CALIBRATION_SHARE = 0.2
/** Independent event days below which the origin's rule fits no calibrator of that kind. */
const ISOTONIC_DAYS = 8
/** Event days below which no rule fits any calibrator. */
const SIGMOID_DAYS = 4

/** The held-out rows, counted. */
export interface CalibrationEvidence {
  readonly days: number
  readonly rows: number
  readonly positives: number
}

/** How many of so many training days are held out for the calibrator: a fifth, rounded down; none where that is too few. */
export function heldOutDays(days: number): number {
  const held = Math.floor(days * CALIBRATION_SHARE + 1e-9) // 0.2 · 15 is 3, whatever its last bit
  return held < SIGMOID_DAYS ? 0 : held
}

/**
 * The training days, divided: the search and the coefficients see `base`, only the calibrator sees `calibration`.
 *
 * A seeded random fifth of the days, rounded down, is held out. When that is too few for any calibrator nothing is
 * held out, because days that calibrate nothing would be lost.
 *
 * @param days  distinct training event days, ascending
 * @param seed  `<seed>/<window>`
 * @returns both lists ascending and disjoint; together they are `days`
 */
export function splitCalibrationDays(
  days: readonly number[],
  seed: string,
): { base: readonly number[]; calibration: readonly number[] } {
  const held = heldOutDays(days.length)
  if (held === 0) return { base: days, calibration: [] }
  const chosen = new Set(randomFrom(`${seed}/calibration`).shuffled(days).slice(0, held))
  return { base: days.filter((day) => !chosen.has(day)), calibration: days.filter((day) => chosen.has(day)) }
}

/**
 * The same, for a model that starts from somewhere: with the market's price as offset nothing is held out. Such a model is
 * a price with a small correction; a calibrator fitted on a few days would move the price itself.
 */
export const splitTrainingDays = (
  days: readonly number[],
  seed: string,
  offset: Offset,
): ReturnType<typeof splitCalibrationDays> =>
  offset === 'market' ? { base: days, calibration: [] } : splitCalibrationDays(days, seed)

/** What the origin's rule reads of a configuration. */
export type CountRule = Pick<ProductionConfig['calibration'], 'method_large' | 'method_small' | 'threshold'>

/**
 * Which calibrator the origin's rule gives the held-out rows by their counts, and why.
 *
 * `method_large` from `threshold` rows, else `method_small`; isotonic only with 8 event days, because rows of one day
 * are one observation of the weather; a sigmoid from 4 days; none below, or where all rows have one outcome.
 */
export function chooseCalibration(
  { days, rows, positives }: CalibrationEvidence,
  { method_large, method_small, threshold }: CountRule,
): { method: Calibrator['method']; reason: string } {
  const seen = `${rows} rows of ${days} event days`
  const lacking = whyNone({ days, rows, positives })
  if (lacking) return { method: 'none', reason: `${seen}: ${lacking}` }
  const wanted = rows >= threshold ? method_large : method_small
  const why = `${seen}: ${rows >= threshold ? 'at least' : 'under'} ${threshold} rows`
  if (wanted === 'isotonic' && days < ISOTONIC_DAYS) {
    return { method: 'sigmoid', reason: `${why}, but isotonic needs ${ISOTONIC_DAYS} event days` }
  }
  return { method: wanted, reason: why }
}

/** Why no calibrator can be fitted on such rows, whatever the rule; null where one can. */
export function whyNone({ days, rows, positives }: CalibrationEvidence): string | null {
  if (days < SIGMOID_DAYS) return `a calibrator needs ${SIGMOID_DAYS} event days`
  return positives === 0 || positives === rows ? 'all have one outcome' : null
}
