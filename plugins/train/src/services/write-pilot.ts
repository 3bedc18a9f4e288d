import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { type Column, type Table, writeJson, writeTable } from 'kwx/artefacts'
import type { Benchmark } from 'kwx/config'
import {
  judgePredictions,
  type MetricsFile,
  type ModelFile,
  marketReadings,
  type PilotFile,
  predictRows,
  rowsBetween,
  type TrainingRows,
} from 'kwx/model'
import type { Window } from 'kwx/time'

import type { WindowResult } from './fit-window.ts'

export interface FinishedWindow {
  readonly window: Window
  readonly result: WindowResult
}

/**
 * Writes the files of a pilot into an empty folder.
 *
 * @param benchmark  the reading of the market that the predictions have beside them as the market's probability
 */
export async function writePilot(
  folder: string,
  about: Omit<PilotFile, 'windows'>,
  rows: TrainingRows,
  finished: readonly FinishedWindow[],
  benchmark: Benchmark,
): Promise<void> {
  const windows: PilotFile['windows'][number][] = []
  for (const { window, result } of finished) {
    const test = rowsBetween(rows.day, window.firstTestDay, window.lastTestDay)
    if (result.outcome === 'not-enough-evidence') {
      const { outcome, reason } = result
      windows.push({
        window: window.name,
        outcome,
        reason,
        n_train: result.rows,
        n_calibration: 0,
        n_test: test.length,
      })
      continue
    }
    const { model, parameters } = result
    const own = join(folder, window.name)
    await mkdir(own)
    const { table, metrics } = predictionsOf(model, rows, test, benchmark)
    await writeJson(join(own, 'model.json'), model)
    await writeJson(join(own, 'parameters.json'), parameters)
    await writeJson(join(own, 'metrics.json'), metrics)
    await writeTable(join(own, 'predictions.parquet'), table)
    windows.push({
      window: window.name,
      outcome: 'fitted',
      reason: '',
      n_train: model.training.rows,
      n_calibration: model.calibration.rows,
      n_test: test.length,
    })
  }
  await writeJson(join(folder, 'pilot.json'), { ...about, windows })
}

function predictionsOf(
  model: ModelFile,
  rows: TrainingRows,
  test: Int32Array,
  benchmark: Benchmark,
): { table: Table; metrics: MetricsFile } {
  const predicted = predictRows(model, rows.design, test)
  const day = test.map((row) => rows.day[row]!)
  const label = Uint8Array.from(test, (row) => rows.label[row]!)
  const { market, last, middle, halfWay } = marketReadings(rows, test, benchmark)
  const { model: p, uncalibrated, clipped } = predicted
  const metrics: MetricsFile = {
    window: model.window,
    ...judgePredictions({ day, label, model: p, uncalibrated, market }),
    clipped_share: clipped / test.length,
    nonzero_coefficients: model.coefficients.filter((beta) => beta !== 0).length,
  }
  const table: Table = new Map<string, Column>([
    ['market', { codes: test.map((row) => rows.market.codes[row]!), values: rows.market.values }],
    ['event_day', day],
    ['end_minute', test.map((row) => rows.endMinute[row]!)],
    ['label', label],
    ['p_model', p],
    ['p_uncalibrated', uncalibrated],
    ['p_market', market],
    ['p_last', last],
    ['p_middle', middle],
    ['p_half_way', halfWay],
  ])
  return { table, metrics }
}
