import { poolAdjacentViolators } from '../scores/pool-adjacent-violators.ts'
import { checkCalibrationRows } from './check-calibration-rows.ts'
import type { Calibrator } from './model-file.ts'

type Isotonic = Extract<Calibrator, { method: 'isotonic' }>

/**
 * Isotonic regression of outcomes on decision values as a calibrator: linear between thresholds.
 *
 * The thresholds are the two ends of each level, between which the values are equal anyway. Where all decision values
 * are equal there is one threshold, and every probability is the weighted share of 1; where all outcomes are equal every
 * probability is that outcome, which the clip keeps from 0 and 1.
 *
 * @param f  decision values, log-odds, shape [n]
 * @param y  outcomes, shape [n]
 * @param weight  weights >= 0, shape [n]; all 1 when absent; rows of weight 0 count for nothing
 * @throws KwxError as `checkCalibrationRows`
 * @source Zadrozny & Elkan 2002; checked against scikit-learn 1.2.1 IsotonicRegression to 1e-12
 * @cost O(n log n)
 */
export function fitIsotonic(f: ArrayLike<number>, y: ArrayLike<number>, weight?: ArrayLike<number>): Isotonic {
  checkCalibrationRows(f, y, weight)
  const ends = poolAdjacentViolators(f, y, weight).flatMap(({ low, high, value }) =>
    high > low
      ? [
          { x: low, value },
          { x: high, value },
        ]
      : [{ x: low, value }],
  )
  return { method: 'isotonic', x: ends.map(({ x }) => x), y: ends.map(({ value }) => value) }
}
