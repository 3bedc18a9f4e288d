import { parseArgs } from 'node:util'

import { rowWeights } from 'kwx/model'

import { certify } from '../../src/domain/model/solver/certify.ts'
import { chosenSolver, fitPrepared, prepare, solve } from '../../src/domain/model/solver/fit.ts'
import { runFold } from './job-fold.js'
import { cpuSeconds, readSet } from './read-set.js'
import { warmUp } from './warm-up.js'

/** The command line of fit.js. */
export async function main() {
  const { values } = parseArgs({
    // a negative number is a value, refused with its own error, and not an option
    args: process.argv
      .slice(2)
      .join('\0')
      .replace(/\0(?=-[\d.])/g, '=')
      .split('\0'),
    options: {
      set: { type: 'string' },
      raw: { type: 'boolean', default: false },
      C: { type: 'string', default: '1' },
      'l1-ratio': { type: 'string', default: '0.5' },
      'class-weight': { type: 'string' },
      solver: { type: 'string', default: 'auto' },
      tol: { type: 'string', default: 'default' },
      'warm-from': { type: 'string' },
      'first-run': { type: 'boolean', default: false },
    },
  })
  if (!values.set) throw new Error('--set DIR/NAME is missing.')
  try {
    console.log(JSON.stringify(await run(values), null, 2))
  } catch (error) {
    if (!error.code) throw error
    console.log(JSON.stringify({ error: { code: error.code, message: error.message } }))
    process.exitCode = error.exit ?? 1
  }
}

async function run(values) {
  const { x, y, n, p } = readSet(values.set, values.raw ? 'raw' : 'std')
  const C = Number(values.C)
  const l1Ratio = Number(values['l1-ratio'])
  const classWeight = values['class-weight'] === 'balanced' ? 'balanced' : null
  const problem = { x, n, p, y, weight: rowWeights(y, classWeight), C, l1Ratio }
  const { solver, tol } = values
  if (!values['first-run']) await warmUp(runFold)
  let solution
  let prepareSeconds = 0
  let cpu = cpuSeconds()
  let wall = performance.now()
  if (chosenSolver(solver) === 'saga') {
    solution = solve(problem, { solver, tol })
  } else {
    const rows = prepare(x, n, p, y)
    prepareSeconds = cpuSeconds() - cpu
    const warm = values['warm-from']
    if (warm) {
      fitPrepared(rows, Number(warm), l1Ratio, classWeight)
      prepareSeconds = 0
      cpu = cpuSeconds()
      wall = performance.now()
    }
    solution = fitPrepared(rows, C, l1Ratio, classWeight, warm ? undefined : null, tol)
  }
  const seconds = { cpu: cpuSeconds() - cpu, wall: (performance.now() - wall) / 1000 }
  const { certificate, coefficients, intercept } = certify(problem, solution)
  return {
    set: values.set,
    n,
    p,
    C,
    l1_ratio: l1Ratio,
    class_weight: classWeight,
    tol,
    ...certificate,
    gap: certificate.relativeGap,
    nonzero: coefficients.reduce((count, beta) => (beta === 0 ? count : count + 1), 0),
    // laying the rows out and solving; the certificate is taken afterwards
    cpu_seconds: seconds.cpu,
    wall_seconds: seconds.wall,
    prepare_cpu_seconds: prepareSeconds,
    intercept,
    coefficients: Array.from(coefficients),
  }
}
