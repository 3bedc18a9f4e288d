import { EXP_LEAST, EXP_SERIES, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDER } from './kernel.ts'

/** 2^(k − 1023) at k: exact. */
const POWERS = Float64Array.from({ length: 1024 }, (_, k) => 2 ** (k - 1023))
const [C1, C2, C3, C4, C5] = EXP_SERIES

/** Far from the optimum a row's curvature may vanish while its slope does not; steps stay finite with this. */
const LEAST_CURVATURE = 1e-12

/**
 * Σ w loss of rows with log-odds z, and each row's part of gradient and curvature with respect to z.
 *
 * With the series of the panels' kernel, so that no result depends on an engine's exponential.
 *
 * @param y  0 or 1, shape [n]
 * @param weight  shape [n]
 * @param residual  w (σ(z) − y), written
 * @param curvature  w σ(z) σ(−z), written
 * @cost O(n), about 10 ns per row
 */
export function logisticRows(
  z: Float64Array,
  y: Uint8Array,
  weight: Float64Array,
  residual: Float64Array,
  curvature: Float64Array,
): number {
  let loss = 0
  for (let i = 0; i < y.length; i++) {
    const one = y[i] === 1
    const m = one ? z[i]! : -z[i]!
    const x = Math.max(-Math.abs(m), EXP_LEAST)
    const k = x * LOG2_E + ROUNDER - ROUNDER
    const r = x - k * LN2_HIGH - k * LN2_LOW
    const r2 = r * r
    const series = ((((C5 * r2 + C4) * r2 + C3) * r2 + C2) * r2 + C1) * r2 + 2
    const top = (POWERS[k + 1023] ?? Number.NaN) * (series + r)
    const bottom = series - r
    const inverse = 1 / (top + bottom)
    const small = top * inverse
    const large = bottom * inverse
    const w = weight[i]!
    const miss = m < 0 ? large : small
    residual[i] = one ? -w * miss : w * miss
    curvature[i] = w * Math.max(small * large, LEAST_CURVATURE)
    // a row without weight may have any margin, and 0 · ∞ is not a number
    if (w > 0) loss += w * (Math.max(-m, 0) + Math.log1p(top / bottom))
  }
  return loss
}
