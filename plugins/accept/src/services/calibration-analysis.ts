import { ece, type ReliabilityBin, reliabilityBins } from 'kwx/scores'

import type { CalibrationAnalysis, CalibrationBin, Reliability } from '../reports.ts'
import { orNull } from './figures.ts'
import { poolRows } from './pool-rows.ts'
import type { FittedWindow, TestRows } from './read-evidence.ts'
import { scoreParts } from './score-parts.ts'

/** Rows of one day share its weather: fewer days than this say nothing about a bin, however many rows they have. */
const MINIMUM_DAYS_PER_BIN = 5

/** File 03: what was promised and what happened, of model and market, pooled and per window. */
export function calibrationAnalysis(fitted: readonly FittedWindow[]): CalibrationAnalysis {
  const pooled = poolRows(fitted)
  return {
    ...reliability(pooled, pooled.p),
    minimum_event_days_per_bin: MINIMUM_DAYS_PER_BIN,
    market: reliability(pooled, pooled.market),
    windows: fitted.map(({ window, rows }) => ({
      window: window.window,
      model: reliability(rows, rows.p),
      market: reliability(rows, rows.market),
    })),
  }
}

function reliability({ label, day }: TestRows, p: Float64Array): Reliability {
  const bins = reliabilityBins(label, p).map((bin, k): CalibrationBin => {
    const days = daysInBin(bin, k, day, p)
    return {
      bin_range: `${k === 0 ? '[' : '('}${bin.low.toFixed(1)}, ${bin.high.toFixed(1)}]`,
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
