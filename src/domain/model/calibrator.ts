import type { Calibrator } from './model-file.ts'
import { sigmoid } from './probability.ts'

/**
 * The calibrated probability of a decision value, before the clip.
 *
 * Isotonic: linear between thresholds, constant outside them. Sigmoid: 1 / (1 + e^(a f + b)). None: 1 / (1 + e^(−f)).
 *
 * @param f  decision value, log-odds of the uncalibrated model
 * @cost O(log thresholds)
 */
export function applyCalibrator(calibrator: Calibrator, f: number): number {
  if (calibrator.method === 'none') return sigmoid(f)
  if (calibrator.method === 'sigmoid') return sigmoid(-(calibrator.a * f + calibrator.b))
  return interpolate(calibrator.x, calibrator.y, f)
}

/** Why a calibrator could turn a larger decision value into a smaller probability, or null when it cannot. */
export function whyNotMonotone(calibrator: Calibrator): string | null {
  if (calibrator.method === 'none') return null
  if (calibrator.method === 'sigmoid') {
    return calibrator.a <= 0 ? null : `its slope a is ${calibrator.a}, expected at most 0`
  }
  const { x, y } = calibrator
  for (let k = 1; k < x.length; k++) {
    if (!(x[k]! > x[k - 1]!)) return `threshold ${k} does not lie above threshold ${k - 1}`
    if (!(y[k]! >= y[k - 1]!)) return `its value falls from ${y[k - 1]} to ${y[k]} at threshold ${k}`
  }
  return null
}

function interpolate(x: readonly number[], y: readonly number[], f: number): number {
  const last = x.length - 1
  if (!(f > x[0]!)) return Number.isNaN(f) ? f : y[0]!
  if (f >= x[last]!) return y[last]!
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle]! <= f) low = middle
    else high = middle
  }
  const share = (f - x[low]!) / (x[high]! - x[low]!)
  return y[low]! + share * (y[high]! - y[low]!)
}
