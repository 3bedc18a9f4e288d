import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

import { groupFolds } from 'kwx/model'

import { runFold } from './job-fold.js'
import { cpuSeconds, readSet } from './read-set.js'
import { warmUp } from './warm-up.js'

/** The command line of job.js. */
export async function main() {
  const { values } = parseArgs({
    options: {
      set: { type: 'string' },
      trials: { type: 'string' },
      folds: { type: 'string', default: '4' },
      workers: { type: 'string', default: '1' },
      solver: { type: 'string', default: 'auto' },
      sample: { type: 'string' },
      cold: { type: 'boolean', default: false },
      fits: { type: 'boolean', default: false },
      rounds: { type: 'string' },
    },
  })
  if (!values.set || !values.trials) throw new Error('--set DIR/NAME and --trials FILE are needed.')
  const { x, y, n, p, groups } = readSet(values.set, 'raw')
  const every = JSON.parse(readFileSync(values.trials, 'utf8'))
  const count = values.sample ? Math.min(Number(values.sample), every.length) : every.length
  const trials = Array.from({ length: count }, (_, k) => every[Math.floor((k * every.length) / count)])
  const [folds, workers] = [Number(values.folds), Number(values.workers)]
  // A search has a job for each window, eight as a rule; a saga of hours is done once.
  const rounds = Number(values.rounds ?? (values.solver === 'saga' ? 1 : 5))

  const threads = workers > 1 ? await startThreads(workers) : []
  await warmUp(runFold)
  const foldOf = groupFolds(groups(), folds)
  const all = Array.from({ length: folds }, (_, fold) => fold)
  const run = async () => {
    const cpu = cpuSeconds()
    const wall = performance.now()
    const task = taskOf(x, y, { n, p, foldOf, trials, solver: values.solver, cold: values.cold })
    const fits = threads.length > 0 ? await inThreads(threads, task, all) : all.flatMap((fold) => runFold(task, fold))
    return { fits, cpu: cpuSeconds() - cpu, wall: (performance.now() - wall) / 1000 }
  }
  const first = await run()
  let last = first
  for (let round = 1; round < rounds; round++) last = await run()
  const { fits, ...seconds } = last
  for (const thread of threads) await thread.terminate()
  fits.sort((a, b) => a.trial - b.trial || a.fold - b.fold)
  const result = {
    set: values.set,
    n,
    p,
    fits: fits.length,
    folds,
    workers,
    rounds,
    solver: values.solver,
    cpu_seconds: seconds.cpu,
    wall_seconds: seconds.wall,
    first_cpu_seconds: first.cpu,
    first_wall_seconds: first.wall,
    cpu_ms_per_fit: (1000 * seconds.cpu) / fits.length,
    iterations_per_fit: fits.reduce((sum, { iterations }) => sum + iterations, 0) / fits.length,
    not_converged: fits.filter(({ converged }) => !converged).length,
    mean_objective: fits.reduce((sum, { objective }) => sum + objective, 0) / fits.length,
    mean_val_log_loss: fits.reduce((sum, { val_log_loss }) => sum + val_log_loss, 0) / fits.length,
    peak_megabytes: process.resourceUsage().maxRSS / 1024,
    // equal for every number of workers
    sha256: createHash('sha256').update(JSON.stringify(fits)).digest('hex'),
  }
  console.log(JSON.stringify(values.fits ? { ...result, results: fits } : result, null, 2))
}

/** The job on a set: columns instead of rows is part of what it costs. */
function taskOf(x, y, { n, p, ...rest }) {
  const columns = new Float64Array(new SharedArrayBuffer(8 * n * p))
  for (let first = 0; first < n; first += 64) {
    for (let j = 0; j < p; j++) for (let i = first; i < Math.min(n, first + 64); i++) columns[j * n + i] = x[i * p + j]
  }
  return {
    design: { names: Array.from({ length: p }, (_, j) => `x${j}`), n, values: columns },
    label: y,
    rows: Int32Array.from({ length: n }, (_, i) => i),
    ...rest,
  }
}

/** Threads that have loaded their code and wait for work, as those of a pool do. */
async function startThreads(count) {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const worker = new Worker(new URL('./job-fold.js', import.meta.url))
      await once(worker, 'message')
      return worker
    }),
  )
}

/** The folds, each to the next thread that is free. */
async function inThreads(workers, task, folds) {
  const left = [...folds]
  const found = []
  await Promise.all(
    workers.map(async (worker) => {
      for (let fold = left.shift(); fold !== undefined; fold = left.shift()) {
        worker.postMessage({ task, fold })
        const [fits] = await once(worker, 'message')
        found.push(...fits)
      }
    }),
  )
  return found
}
