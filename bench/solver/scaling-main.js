import { parseArgs } from 'node:util'

import { fitPrepared, prepare } from '../../src/domain/model/solver/fit.ts'
import { runFold } from './job-fold.js'
import { cpuSeconds } from './read-set.js'
import { warmUp } from './warm-up.js'

/** Collinear columns as prices are: each is a mixture of three factors and noise of its own. */
function invent(n, p) {
  let state = 1
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const x = new Float64Array(n * p)
  const y = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const factors = [uniform(), uniform(), uniform()]
    for (let j = 0; j < p; j++) x[i * p + j] = 3 * (factors[j % 3] + 0.3 * uniform())
    y[i] = factors[0] - factors[1] + uniform() > 0.1 ? 1 : 0
  }
  return { x, y }
}

/** The command line of scaling.js. */
export async function main() {
  const { values } = parseArgs({
    options: { rows: { type: 'string', default: '1000000' }, columns: { type: 'string', default: '40' } },
  })
  const [rows, columns] = [Number(values.rows), Number(values.columns)]
  await warmUp(runFold)
  const sizes = [
    ...[1 / 64, 1 / 16, 1 / 4, 1].map((share) => [Math.round(rows * share), columns]),
    ...[1 / 4, 1 / 2, 2].map((share) => [Math.round(rows / 16), Math.round(columns * share)]),
  ]
  const timed = (work) => {
    const before = cpuSeconds()
    work()
    return 1000 * (cpuSeconds() - before)
  }
  const table = sizes.map(([n, p]) => {
    const { x, y } = invent(n, p)
    let prepared
    const prepare_ms = timed(() => {
      prepared = prepare(x, n, p, y)
    })
    const cold_ms = timed(() => fitPrepared(prepared, 0.1, 0.5, null, null))
    fitPrepared(prepared, 0.03, 0.5, null)
    const warm_ms = timed(() => fitPrepared(prepared, 0.1, 0.5, null))
    const round = (ms) => Number(ms.toPrecision(3))
    const perValue = round((1e6 * warm_ms) / (n * p))
    return {
      n,
      p,
      prepare_ms: round(prepare_ms),
      cold_ms: round(cold_ms),
      warm_ms: round(warm_ms),
      'warm ns per value': perValue,
    }
  })
  console.table(table)
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
}
