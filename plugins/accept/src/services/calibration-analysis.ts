import { randomFrom } from 'kwx/random'
import { calibrationTest, consistencyBands, ece, perfectEce, type ReliabilityBin, reliabilityBins } from 'kwx/scores'

import type {
  BinBand,
  CalibrationAnalysis,
  CalibrationBin,
  CalibrationTests,
  Consistency,
  EceReported,
  Reliability,
} from '../reports.ts'
import { orNull } from './figures.ts'
import type { FittedWindow, TestRows } from './read-evidence.ts'
import { poolRows } from './read-evidence.ts'
import { scoreParts } from './score-parts.ts'
import { keysOf } from './skill.ts'

/** Rows of one day share its weather: fewer days than this say nothing about a bin, however many rows they have. */
const MINIMUM_DAYS_PER_BIN = 5

const DRAWS = 1999

/** Draws of the consistency bands: each end lies beyond 25 of them, and moves by a fifth of a tail between seeds. */
const BAND_DRAWS = 1000
const BAND_LEVEL = 0.95

/** Shown and used by nothing: what ECE a right forecaster has depends on the rows. */
const ORIGIN_THRESHOLD = 0.09

/**
 * File 03: what was promised and what happened, of model and market, pooled and per window, and whether the days
 * contradict the model's probabilities; for a diagram, where a perfect forecaster would keep each bin.
 *
 * @param seed  of the configuration
 * @cost 0.3 s for 20,000 rows, nearly all of it in the draws
 */
export function calibrationAnalysis(fitted: readonly FittedWindow[], seed: number): CalibrationAnalysis {
  const pooled = poolRows(fitted)
  return {
    ...reliability(pooled, pooled.p),
    minimum_event_days_per_bin: MINIMUM_DAYS_PER_BIN,
    test: testOf(pooled, seed),
    ece_reported: eceOf(pooled, seed),
    market: reliability(pooled, pooled.market),
    consistency: {
      method: 'outcomes redrawn from the probabilities by market',
      level: BAND_LEVEL,
      draws: BAND_DRAWS,
      seed,
      model: bandsOf(pooled, pooled.p, seed),
      market: bandsOf(pooled, pooled.market, seed),
    },
    windows: fitted.map(({ window, rows }) => ({
      window: window.window,
      model: reliability(rows, rows.p),
      market: reliability(rows, rows.market),
    })),
  }
}

function testOf(rows: TestRows, seed: number): CalibrationTests {
  const { outcome, corp, recalibration, levelEach, days, marketHours, sentence } = calibrationTest(
    { ...keysOf(rows), y: rows.label, p: rows.p },
    randomFrom(`calibration/${seed}`),
    { draws: DRAWS },
  )
  return {
    outcome,
    level_each: levelEach,
    draws: DRAWS,
    seed,
    days,
    market_hours: marketHours,
    corp: {
      miscalibration: orNull(corp.miscalibration),
      expected: orNull(corp.expected),
      p_value: orNull(corp.pValue),
    },
    recalibration: {
      intercept: orNull(recalibration.intercept),
      slope: orNull(recalibration.slope),
      slope_error: orNull(recalibration.slopeError),
      identified: recalibration.identified,
      statistic: orNull(recalibration.statistic),
      degrees: recalibration.degrees,
      p_value: orNull(recalibration.pValue),
    },
    sentence,
  }
}

/** The ECE of all rows, each counting once as in the figures beside it, and what a perfect forecaster has on them. */
function eceOf({ day, ticker, label, p }: TestRows, seed: number): EceReported {
  const weight = new Float64Array(p.length).fill(1)
  const { mean, high, draws } = perfectEce({ day, market: ticker, p, weight }, randomFrom(`perfect-ece/${seed}`))
  return {
    ece: orNull(ece(label, p)),
    perfect_mean: orNull(mean),
    perfect_high: orNull(high),
    draws,
    origin_threshold: ORIGIN_THRESHOLD,
  }
}

function bandsOf({ ticker, label }: TestRows, p: Float64Array, seed: number): Consistency['model'] {
  const options = { draws: BAND_DRAWS, level: BAND_LEVEL }
  const bands = consistencyBands({ market: ticker, p }, randomFrom(`consistency/${seed}`), options)
  return reliabilityBins(label, p).map((bin, k): BinBand => {
    const { low, high } = bands[k]!
    return { bin_range: rangeOf(bin, k), low: orNull(low), high: orNull(high) }
  })
}

const rangeOf = ({ low, high }: ReliabilityBin, k: number) =>
  `${k === 0 ? '[' : '('}${low.toFixed(1)}, ${high.toFixed(1)}]`

function reliability({ label, day }: TestRows, p: Float64Array): Reliability {
  const bins = reliabilityBins(label, p).map((bin, k): CalibrationBin => {
    const days = daysInBin(bin, k, day, p)
    return {
      bin_range: rangeOf(bin, k),
      count: bin.count,
      event_days: days,
      mean_pred: orNull(bin.meanP),
      observed_freq: orNull(bin.observed),
      calibration_error: orNull(Math.abs(bin.observed - bin.meanP)),
      verdict: days >= MINIMUM_DAYS_PER_BIN ? 'judged' : 'not-enough-evidence',
    }
  })
  const judged = bins.filter(({ verdict }) => verdict === 'judged')
  return {
    ece: orNull(ece(label, p)),
    max_error: judged.length > 0 ? Math.max(...judged.map(({ calibration_error }) => calibration_error!)) : null,
    judged_bins: judged.length,
    decomposition: scoreParts(label, p),
    bins,
  }
}

function daysInBin({ low, high }: ReliabilityBin, k: number, day: Int32Array, p: Float64Array): number {
  const days = new Set<number>()
  for (let i = 0; i < p.length; i++) if ((p[i]! > low || k === 0) && p[i]! <= high) days.add(day[i]!)
  return days.size
}
