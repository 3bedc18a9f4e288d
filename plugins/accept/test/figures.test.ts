import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Reports } from '../src/reports.ts'
import { accuracy, meanStd } from '../src/services/figures.ts'
import { allReports, BLUNT, good, SHARP } from './support/cases.ts'
import { closeShared, judged } from './support/judge.ts'
import { madePilot, rowsAt, week } from './support/pilot.ts'

afterAll(closeShared)

describe('meanStd', () => {
  it('divides by n, not by n - 1', () => expect(meanStd([1, 2, 3, 4])).toEqual({ mean: 2.5, std: Math.sqrt(1.25) }))
  it('is null without values', () => expect(meanStd([])).toEqual({ mean: null, std: null }))
})

describe('accuracy', () => {
  it('counts 1/2 on neither side', () => expect(accuracy([1, 0, 1, 0], [0.9, 0.1, 0.5, 0.5])).toBe(0.5))
  it('is null without rows', () => expect(accuracy([], [])).toBeNull())
})

describe('the figures of a pilot that can be computed by hand', () => {
  // Model: 0.2 and 0.8, of 5 rows each 1 and 4 YES. Per row -(0.8 ln 0.8 + 0.2 ln 0.2) and 0.8*0.04 + 0.2*0.64.
  const model = { log_loss: -(0.8 * Math.log(0.8) + 0.2 * Math.log(0.2)), brier: 0.16, ece: 0, accuracy: 0.8 }
  // Market: 0.3 and 0.7. Per row -(0.8 ln 0.7 + 0.2 ln 0.3) and 0.8*0.09 + 0.2*0.49; off by 0.1 in both bins.
  const market = { log_loss: -(0.8 * Math.log(0.7) + 0.2 * Math.log(0.3)), brier: 0.17, ece: 0.1, accuracy: 0.8 }
  let reports: Reports
  beforeAll(async () => {
    reports = await allReports(await judged(await madePilot(good())))
  })

  it('are those of the pooled rows', () => {
    expect([model.log_loss, market.log_loss].map((value) => value.toFixed(4))).toEqual(['0.5004', '0.5261'])
    const { pooled, total_test_rows, total_test_days, yes_rows } = reports.summary
    expect({ total_test_rows, total_test_days, yes_rows }).toEqual({
      total_test_rows: 140,
      total_test_days: 14,
      yes_rows: 70,
    })
    for (const score of ['log_loss', 'brier', 'ece', 'accuracy'] as const) {
      expect(pooled.model[score]).toBeCloseTo(model[score], 12)
      expect(pooled.market[score]).toBeCloseTo(market[score], 12)
    }
  })

  it('are the same in each window, without spread', () => {
    const { metrics, market: other, windows, n_windows, model_sparsity, penalty, pilot_dir } = reports.summary
    expect(n_windows).toBe(2)
    expect(metrics.log_loss_mean).toBeCloseTo(model.log_loss, 12)
    expect(metrics.log_loss_std).toBeCloseTo(0, 12)
    expect(other.ece_mean).toBeCloseTo(0.1, 12)
    expect(windows.map(({ n_test, n_test_days, calibration }) => [n_test, n_test_days, calibration])).toEqual([
      [70, 7, 'none'],
      [70, 7, 'none'],
    ])
    expect(model_sparsity).toEqual({ nonzero_coef_mean: 1, nonzero_coef_std: 0 })
    expect([penalty, pilot_dir]).toEqual(['elasticnet', 'models/pilots/chicago/between/made_up'])
  })

  it('give the difference an interval of no width, as all days are alike', () => {
    const { log_loss, brier, days, draws, seed, level } = reports.summary.difference
    expect({ days, draws, seed, level }).toEqual({ days: 14, draws: 2000, seed: 42, level: 0.95 })
    for (const end of [log_loss.mean, log_loss.low, log_loss.high])
      expect(end).toBeCloseTo(model.log_loss - market.log_loss, 12)
    for (const end of [brier.mean, brier.low, brier.high]) expect(end).toBeCloseTo(-0.01, 12)
  })

  it('take the scores apart: all of the model is discrimination, the market is miscalibrated too', () => {
    const { decomposition, pooled } = reports.summary
    // Both are recalibrated to 0.2 and 0.8, a Brier score of 0.16; the share of 1 is 1/2, a score of 1/4.
    expect(decomposition.model.brier).toEqual({
      mcb: expect.closeTo(0, 12),
      dsc: expect.closeTo(0.09, 12),
      unc: expect.closeTo(0.25, 12),
    })
    expect(decomposition.market.brier).toEqual({
      mcb: expect.closeTo(0.01, 12),
      dsc: expect.closeTo(0.09, 12),
      unc: expect.closeTo(0.25, 12),
    })
    expect(decomposition.market.log_loss.mcb).toBeCloseTo(market.log_loss - model.log_loss, 12)
    for (const who of ['model', 'market'] as const) {
      for (const score of ['log_loss', 'brier'] as const) {
        const { mcb, dsc, unc } = decomposition[who][score]
        expect(mcb! - dsc! + unc!).toBeCloseTo(pooled[who][score]!, 12)
      }
    }
    expect(reports.calibration.decomposition).toEqual(decomposition.model)
    expect(reports.calibration.market.decomposition).toEqual(decomposition.market)
  })

  it('give the test of equal accuracy nothing to go by, as all days are alike', () => {
    const { method, days, lags, log_loss, brier } = reports.summary.diebold_mariano
    expect({ method, days, lags }).toEqual({ method: 'daily means, Newey-West, Student t', days: 14, lags: 2 })
    expect(log_loss.mean).toBeCloseTo(model.log_loss - market.log_loss, 12)
    const nothing = { standard_error: null, statistic: null, p_value: null, reason: 'All days are alike.' }
    expect(brier).toEqual({ mean: expect.closeTo(-0.01, 12), ...nothing })
  })

  it('test equal accuracy on days, however many rows they have', async () => {
    // Brier difference −0.01 on SHARP days, 0.01 on BLUNT ones: 7 and 7, then one SHARP day of ten times the rows.
    const crowd = Array.from({ length: 10 }, () => SHARP).flat()
    const mixed = { windows: [week(SHARP), [...week(BLUNT, 6), BLUNT]] }
    const { brier, days } = (await allReports(await judged(await madePilot(mixed)))).summary.diebold_mariano
    expect(days).toBe(14)
    expect(brier.mean).toBeCloseTo(0, 12)
    expect(brier.p_value).toBeCloseTo(1, 9)
    const crowded = { windows: [[...week(SHARP, 6), crowd], week(BLUNT)] }
    const again = (await allReports(await judged(await madePilot(crowded)))).summary
    expect(again.diebold_mariano.brier.mean).toBeCloseTo(0, 12)
    expect(again.difference.brier.mean).toBeLessThan(-0.003)
  })

  it('compare the model with every reading of the market, in three weightings', () => {
    const { benchmark, benchmarks, skill, weightings, standard_offset, difference_by_hour } = reports.summary
    expect(benchmark).toEqual({
      ...{ reading: 'half-way', name: 'the half-way price', max_side_age_minutes: 15 },
      ...{ rows: 140, rows_without_middle: 140, rows_without_last: 0 },
    })
    const gain = model.log_loss - market.log_loss
    for (const reading of ['last', 'middle', 'half_way'] as const) {
      expect(benchmarks[reading].scores.log_loss).toBeCloseTo(market.log_loss, 12)
      expect(benchmarks[reading].difference.per_market_hour.mean).toBeCloseTo(gain, 12)
    }
    expect(weightings).toEqual(benchmarks.half_way.difference)
    expect(skill).toMatchObject({ verdict: 'better', outcome: 'pass', delta: 0.0005, min_days: 14, no_harm: true })
    expect(skill.interval).toMatchObject({ days: 14, market_hours: 140, seed: 42, draws: 2000, level: 0.95 })
    // Minute 1000 of a day ends in its hour 16, which is hour 10 of Chicago's standard time.
    expect(standard_offset).toBe(-360)
    expect(difference_by_hour).toEqual([
      { hour_local: 10, days: 14, market_hours: 140, difference: weightings.per_market_hour },
    ])
    const [week1, week2] = reports.summary.windows
    expect(week1!.difference.mean).toBeCloseTo(gain, 12)
    expect(week1!.difference).toEqual(week2!.difference)
  })

  it('tell the readings apart where there is a middle, and take the benchmark of the configuration', async () => {
    const SIDED = SHARP.map((row) => ({ ...row, middle: row.price === 30 ? 25 : 75 }))
    const pilot = { windows: [week(SIDED), week([...SIDED.slice(0, 9), { ...SIDED[9]!, middle: Number.NaN }])] }
    const { summary } = await allReports(await judged(await madePilot(pilot)))
    const { last, middle, half_way } = summary.benchmarks
    expect(summary.benchmark.rows_without_middle).toBe(7)
    const losses = [last, half_way, middle].map(({ scores }) => scores.log_loss!)
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
    expect(new Set(losses).size).toBe(3)
    expect(summary.weightings).toEqual(half_way.difference)
    expect(summary.pooled.market.log_loss).toBe(half_way.scores.log_loss)
  })

  it('give no verdict where quotes are asked for and there are none', async () => {
    const config = { benchmark: 'mid', price_source: 'candles' }
    const { summary } = await allReports(await judged(await madePilot(good({ config }))))
    expect(summary.skill).toMatchObject({
      verdict: 'too-few-days',
      outcome: 'not-enough-evidence',
      sentence: expect.stringContaining('None of the 140 test rows has quotes'),
    })
  })

  it('follow the days in the e-processes', async () => {
    const { summary } = await allReports(await judged(await madePilot({ windows: [week(SHARP), week(BLUNT)] })))
    const { per_row, per_market_hour, per_event_day } = summary.weightings
    expect(per_row.mean).toBeCloseTo(per_market_hour.mean!, 12)
    expect(per_event_day.mean).toBeCloseTo(0, 12)
    expect(summary.e_process.by_day.map(({ difference }) => Math.sign(difference))).toEqual([
      ...new Array(7).fill(-1),
      ...new Array(7).fill(1),
    ])
  })

  it('test calibration on days, with the ECE beside that of a perfect forecaster', () => {
    const { test, ece_reported } = reports.calibration
    expect(test).toMatchObject({ outcome: 'pass', level_each: 0.025, draws: 1999, seed: 42, days: 14 })
    expect(test.corp.miscalibration).toBeCloseTo(0, 12)
    expect(test.recalibration).toMatchObject({ identified: true, degrees: [2, 13] })
    expect(test.recalibration.slope).toBeCloseTo(1, 6)
    expect(ece_reported).toMatchObject({ ece: expect.closeTo(0, 12), draws: 500, origin_threshold: 0.09 })
    expect(ece_reported.perfect_mean).toBeGreaterThan(0.01)
    expect(ece_reported.perfect_high).toBeGreaterThan(ece_reported.perfect_mean!)
  })

  it('fill two reliability bins', () => {
    const { bins, ece, market: other, max_error } = reports.calibration
    const full = bins.filter(({ count }) => count > 0)
    expect(full.map(({ bin_range, count, event_days }) => [bin_range, count, event_days])).toEqual([
      ['(0.1, 0.2]', 70, 14],
      ['(0.7, 0.8]', 70, 14],
    ])
    expect(full[0]!.observed_freq).toBe(0.2)
    expect([ece, max_error, other.max_error]).toEqual([
      expect.closeTo(0, 12),
      expect.closeTo(0, 12),
      expect.closeTo(0.1, 12),
    ])
    expect(bins[4]).toMatchObject({ count: 0, mean_pred: null, observed_freq: null, calibration_error: null })
  })

  it('show a spread over windows that differ', async () => {
    const { summary } = await allReports(await judged(await madePilot({ windows: [week(SHARP), week(BLUNT)] })))
    expect(summary.metrics.log_loss_mean).toBeCloseTo((model.log_loss + market.log_loss) / 2, 12)
    expect(summary.metrics.log_loss_std).toBeCloseTo((market.log_loss - model.log_loss) / 2, 12)
    expect(summary.metrics.ece_mean).toBeCloseTo(0.05, 12)
    expect(summary.difference.log_loss.low).toBeLessThan(summary.difference.log_loss.mean!)
    expect(summary.difference.log_loss.mean).toBeCloseTo(0, 12)
  })

  it('say why where there are none', async () => {
    const one = await allReports(await judged(await madePilot({ windows: [[SHARP]] })))
    expect(one.summary.difference.log_loss).toMatchObject({
      low: null,
      high: null,
      reason: expect.stringContaining('One event day'),
    })
    const none = await allReports(await judged(await madePilot({ windows: [null, null] })))
    expect(none.summary.metrics.log_loss_mean).toBeNull()
    expect(none.summary.pooled.model).toEqual({ log_loss: null, brier: null, ece: null, accuracy: null })
    expect(none.summary.difference.brier.reason).toContain('no test rows')
    expect(one.summary.diebold_mariano.brier).toMatchObject({
      p_value: null,
      reason: expect.stringContaining('One event day'),
    })
    expect(none.summary.diebold_mariano).toMatchObject({
      days: 0,
      lags: 0,
      log_loss: { mean: null, reason: expect.stringContaining('no test rows') },
    })
    expect(none.summary.decomposition.model.brier).toEqual({ mcb: null, dsc: null, unc: null })
    expect(none.summary.windows[0]).toMatchObject({ outcome: 'not-enough-evidence', reason: 'One class only.' })
  })

  it('count the days of a bin, not its rows', async () => {
    const crowd = [...week(SHARP, 6), [...SHARP, ...rowsAt(0.45, 45, 100, 45)]]
    const { calibration } = await allReports(await judged(await madePilot({ windows: [crowd, week(SHARP)] })))
    expect(calibration.bins[4]).toMatchObject({ count: 100, event_days: 1, verdict: 'not-enough-evidence' })
    expect(calibration.judged_bins).toBe(2)
  })
})
