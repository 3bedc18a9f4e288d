#!/usr/bin/env node
// Time of the walk-forward training on a table of the size of a real pilot.
//
//   node --conditions=kwx-source bench/train.js [--rows 18000] [--columns 33] [--windows 8] [--trials 60] [--workers 2]
//
// Rows are invented (a seed, no data): collinear price columns, weather shared by the rows of a day, rare indicators.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { trainWindows } from '../plugins/train/src/services/train-windows.ts'
import { pilotInputs } from '../test/support/pilot-inputs.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '18000' },
    columns: { type: 'string', default: '33' },
    windows: { type: 'string', default: '8' },
    trials: { type: 'string', default: '60' },
    workers: { type: 'string', default: '2' },
  },
})
const [rows, columns, windows, trials, workers] = ['rows', 'columns', 'windows', 'trials', 'workers'].map((name) =>
  Number(values[name]),
)
const { readTrainingInputs } = await import('kwx/model-store')
const { formatDay, parseDay, walkForwardWindows } = await import('kwx/time')

const folder = await mkdtemp(join(tmpdir(), 'kwx-bench-'))
try {
  const start = parseDay('2025-01-01')
  const end = start + 42 + 7 * windows - 1
  const config = {
    train_days: 42,
    test_days: 7,
    step_days: 7,
    start_date: formatDay(start),
    end_date: formatDay(end),
    trials,
    cv_splits: 4,
  }
  const marketsPerDay = 4
  const rowsPerMarket = Math.ceil(rows / 42 / marketsPerDay)
  const inputs = await pilotInputs(folder, { config, marketsPerDay, rowsPerMarket, columns })
  const { loaded, rows: table } = await readTrainingInputs(inputs)
  const list = walkForwardWindows(start, end, { trainDays: 42, testDays: 7, stepDays: 7 })
  const ctx = {
    workers,
    signal: new AbortController().signal,
    unit: (_, work) => work(),
    progress: (done, total) => process.stderr.write(`${done} of ${total} windows\n`),
  }
  const about = { feature_set_version: '1', data: { features: '-', labels: '-' }, kwx: '-' }
  const before = performance.now()
  const finished = await trainWindows(ctx, list, table, loaded.config, about)
  const seconds = (performance.now() - before) / 1000
  let fits = 0
  let pruned = 0
  let notConverged = 0
  for (const { result } of finished) {
    for (const trial of result.parameters.trials) {
      fits += trial.fold_scores.length
      notConverged += trial.not_converged
      if (trial.pruned_at !== null) pruned++
    }
  }
  const trainRows = 42 * marketsPerDay * rowsPerMarket
  console.log(
    JSON.stringify({
      bench: 'train',
      trainRows,
      columns,
      windows,
      trials,
      workers,
      seconds,
      fits,
      pruned,
      notConverged,
    }),
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
