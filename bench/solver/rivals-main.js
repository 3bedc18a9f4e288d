import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { groupFolds } from 'kwx/model'

import { readSet } from './read-set.js'

const PYTHON = '/usr/bin/python3'
const here = (name) => join(import.meta.dirname, name)

/** Name of the OpenBLAS kernels that suit this processor. */
function coreType() {
  const flags = readFileSync('/proc/cpuinfo', 'utf8')
  return flags.includes('avx512f') ? 'SkylakeX' : flags.includes('avx2') ? 'Haswell' : undefined
}

const blas = coreType()
const env = {
  ...process.env,
  OPENBLAS_NUM_THREADS: '1',
  OMP_NUM_THREADS: '1',
  ...(blas && { OPENBLAS_CORETYPE: blas }),
}
const last = (text) => JSON.parse(text.trim().split('\n').at(-1))
const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

const sklearn = (task) =>
  last(execFileSync(PYTHON, [here('rivals.py'), JSON.stringify(task)], { env, encoding: 'utf8' }))
const ours = (file, args) =>
  JSON.parse(execFileSync(process.execPath, ['--conditions=kwx-source', here(file), ...args], { encoding: 'utf8' }))
const glmnet = ({ set, matrix, rows, C, l1_ratio, class_weight }, threshold, path) =>
  last(
    execFileSync(
      'Rscript',
      [
        here('rivals.R'),
        set,
        matrix,
        C,
        l1_ratio,
        class_weight ?? 'null',
        threshold,
        path,
        ...(rows ? [rows] : []),
      ].map(String),
      { env, encoding: 'utf8' },
    ),
  )

/** The command line of rivals.js. */
export async function main() {
  const { values } = parseArgs({
    options: {
      set: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      job: { type: 'string' },
      sample: { type: 'string', default: '6' },
      'max-iter': { type: 'string', default: '2000' },
      without: { type: 'string' },
    },
  })
  const python = has(PYTHON, '-c', 'import sklearn')
  const r = has('Rscript', '-e', 'library(glmnet)')
  if (!python) console.log('scikit-learn is missing (Debian: apt install python3-sklearn): left out.')
  if (!r) console.log('R with glmnet is missing (Debian: apt install r-cran-glmnet): left out.')
  console.log(
    `OPENBLAS_CORETYPE=${blas ?? '(unset)'}, one thread; CPU seconds are medians of ${values.rounds} rounds in turns.`,
  )
  const max_iter = Number(values['max-iter'])
  if (values.job) {
    const left = new Set(values.without?.split(','))
    const rivals = { saga: python && !left.has('saga'), glmnet: r && !left.has('glmnet') }
    return job(values.set, values.job, Number(values.sample), max_iter, rivals)
  }

  const rows = []
  for (const [C, l1_ratio, solvers] of [
    [0.1, 0.5, ['saga']],
    [10, 0.5, ['saga']],
    [10, 0, ['lbfgs', 'newton-cholesky', 'liblinear']],
    [1, 1, ['liblinear']],
  ]) {
    const task = { set: values.set, matrix: 'std', C, l1_ratio, class_weight: null, max_iter }
    const flags = ['--set', values.set, '--C', String(C), '--l1-ratio', String(l1_ratio)]
    const run = new Map([['kwx cold', () => ours('fit.js', flags)]])
    run.set('kwx warm', () => ours('fit.js', [...flags, '--warm-from', String(C * 3)]))
    if (python) for (const solver of solvers) run.set(`sklearn ${solver}`, () => sklearn({ ...task, solver }))
    if (r) for (const t of [1e-7, 1e-12]) run.set(`glmnet ${t}, path of 20`, () => glmnet(task, t, 20))
    const results = new Map([...run.keys()].map((name) => [name, []]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [name, go] of run) results.get(name).push(go())
    }
    const base = median(results.get('kwx cold').map((one) => one.cpu_seconds))
    const least = Math.min(...[...results.values()].flat().map(({ objective }) => objective))
    for (const [name, list] of results) {
      const seconds = median(list.map((one) => one.cpu_seconds))
      rows.push({
        C,
        l1_ratio,
        solver: name,
        cpu_seconds: Number(seconds.toPrecision(3)),
        'times kwx cold': Number((seconds / base).toPrecision(3)),
        'objective above the least': (list[0].objective / least - 1).toExponential(1),
        iterations: list[0].iterations ?? '',
      })
    }
  }
  console.table(rows)
}

/** The whole job by kwx beside rivals on a sample of its fits, taken times all of them; each sample in turns with the whole. */
function job(set, trialsFile, sample, max_iter, has) {
  const trials = JSON.parse(readFileSync(trialsFile, 'utf8'))
  const { groups, n } = readSet(set, 'raw')
  const foldOf = groupFolds(groups(), 4)
  const run = {
    saga: (task) => sklearn({ ...task, solver: 'saga', max_iter }),
    // what glmnet does unless it is told otherwise: a path of at most 100 lambdas, threshold 1e-7
    'glmnet, default path': (task) => glmnet(task, 1e-7, 'default'),
  }
  if (!has.saga) delete run.saga
  if (!has.glmnet) delete run['glmnet, default path']
  const folder = mkdtempSync(join(tmpdir(), 'kwx-rivals-'))
  const mine = []
  const found = new Map(Object.keys(run).map((name) => [name, []]))
  try {
    for (let k = 0; k < sample; k++) {
      mine.push(ours('job.js', ['--set', set, '--trials', trialsFile, '--fits']))
      const trial = Math.floor(((k + 0.5) * trials.length) / sample)
      const fold = k % 4
      const rows = join(folder, 'rows.i32')
      writeFileSync(
        rows,
        Int32Array.from({ length: n }, (_, i) => i).filter((i) => foldOf[i] !== fold),
      )
      const { objective } = mine[k].results.find((fit) => fit.trial === trial && fit.fold === fold)
      for (const [name, go] of Object.entries(run)) {
        const rival = go({ set, matrix: 'raw', rows, ...trials[trial] })
        const excess = rival.objective / objective - 1
        found.get(name).push({ seconds: rival.cpu_seconds, excess })
        const took = `${rival.cpu_seconds.toFixed(2)} s, ${rival.iterations ?? rival.fits} ${rival.iterations ? 'iterations' : 'lambdas'}`
        console.log(`${name}: trial ${trial}, fold ${fold}: ${took}, objective ${excess.toExponential(1)} above kwx`)
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  const fits = mine[0].fits
  const seconds = median(mine.map((one) => one.cpu_seconds))
  console.log(
    `kwx: ${fits} fits, scaling and scores included: ${seconds.toFixed(2)} s of CPU time (median of ${sample})`,
  )
  for (const [name, list] of found) {
    const mean = list.reduce((sum, one) => sum + one.seconds, 0) / sample
    const squares = list.reduce((sum, one) => sum + (one.seconds - mean) ** 2, 0)
    const spread = Math.sqrt(squares / Math.max(1, sample - 1) / sample)
    const least = Math.min(...list.map(({ excess }) => excess)).toExponential(1)
    console.log(
      `${name}, ${sample} of ${fits} fits: mean ${mean.toFixed(2)} s (standard error ${spread.toFixed(2)}), extrapolated ${(mean * fits).toFixed(0)} s: ${((mean * fits) / seconds).toFixed(0)} times kwx; its objective is at least ${least} above kwx`,
    )
  }
}
