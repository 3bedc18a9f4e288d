import { clipProbability } from 'kwx/model'
import { dailyMeans, dayBlockBootstrap, dieboldMariano } from 'kwx/scores'

import type { EqualAccuracy, Interval, ValidationSummary } from '../reports.ts'
import { orNull } from './figures.ts'
import type { TestRows } from './read-evidence.ts'

/** Resamples of the interval: its ends move by about a twentieth of its width between seeds. */
const DRAWS = 2000
const LEVEL = 0.95

export type Loss = (y: number, p: number) => number

export const rowLogLoss: Loss = (y, p) => -Math.log(y === 1 ? clipProbability(p) : 1 - clipProbability(p))
export const rowBrier: Loss = (y, p) => (p - y) ** 2

const NO_ROWS = 'There are no test rows.'

/** Model minus market over the rows, with intervals that draw whole days. */
export function differenceOf(rows: TestRows, seed: number): ValidationSummary['difference'] {
  return {
    method: 'day-block bootstrap, percentile',
    level: LEVEL,
    draws: DRAWS,
    seed,
    days: new Set(rows.day).size,
    log_loss: interval(rows, rowLogLoss, seed),
    brier: interval(rows, rowBrier, seed),
  }
}

/** The same question asked of daily means, each day counting alike: is there any difference at all? */
export function dieboldMarianoOf(rows: TestRows): ValidationSummary['diebold_mariano'] {
  const [loss, square] = [equalAccuracy(rows, rowLogLoss), equalAccuracy(rows, rowBrier)]
  const method = 'daily means, Newey-West, Student t'
  return { method, days: loss.days, lags: loss.lags, log_loss: loss.test, brier: square.test }
}

const differences = ({ label, p, market }: TestRows, loss: Loss) =>
  Float64Array.from(label, (y, i) => loss(y, p[i]!) - loss(y, market[i]!))

function interval(rows: TestRows, loss: Loss, seed: number): Interval {
  if (rows.label.length === 0) return { mean: null, low: null, high: null, reason: NO_ROWS }
  const { mean, low, high } = dayBlockBootstrap(rows.day, differences(rows, loss), { seed, draws: DRAWS, level: LEVEL })
  const reason = Number.isFinite(low) ? null : 'One event day says nothing about the spread between days.'
  return { mean, low: orNull(low), high: orNull(high), reason }
}

function equalAccuracy(rows: TestRows, loss: Loss): { test: EqualAccuracy; days: number; lags: number } {
  const { means } = dailyMeans(rows.day, differences(rows, loss))
  const { mean, standardError, statistic, pValue, days, lags } = dieboldMariano(means)
  const alike = days === 1 ? 'One event day says nothing about the spread between days.' : 'All days are alike.'
  const reason = days === 0 ? NO_ROWS : Number.isFinite(statistic) ? null : alike
  const error = orNull(standardError)
  const test = {
    mean: orNull(mean),
    standard_error: error,
    statistic: orNull(statistic),
    p_value: orNull(pValue),
    reason,
  }
  return { test, days, lags }
}
