import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

import { PASS } from '../../src/domain/model/solver/kernel.ts'
import { fastestKernel, Panels } from '../../src/domain/model/solver/panels.ts'
import { matrixRows } from '../../src/domain/model/solver/row-source.ts'

const [ROWS, COLUMNS, PASSES] = [150_000, 40, 30]
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

/** The command line of workers.js. */
export async function main() {
  const { values } = parseArgs({
    options: {
      set: { type: 'string' },
      trials: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      jobs: { type: 'string', default: '5' },
    },
  })
  const rounds = Number(values.rounds)
  if (values.set) jobs(values, rounds)
  await passes(rounds)
}

/** The job with one worker and with two, in turns. */
function jobs(values, rounds) {
  const found = new Map([1, 2].map((workers) => [workers, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [workers, list] of found) {
      const args = [
        '--set',
        values.set,
        '--trials',
        values.trials,
        '--workers',
        String(workers),
        '--rounds',
        values.jobs,
      ]
      const text = execFileSync(process.execPath, [
        '--conditions=kwx-source',
        join(import.meta.dirname, 'job.js'),
        ...args,
      ])
      list.push(JSON.parse(text))
    }
  }
  const hashes = new Set([...found.values()].flat().map(({ sha256 }) => sha256))
  for (const round of ['first', 'last']) {
    const [one, two] = [1, 2].map((workers) => {
      const [cpus, walls] = ['cpu', 'wall'].map((what) =>
        found.get(workers).map((job) => job[`${round === 'first' ? 'first_' : ''}${what}_seconds`]),
      )
      return { cpu: median(cpus), wall: median(walls), least: Math.min(...walls) }
    })
    console.log(
      `the ${round} of ${values.jobs} jobs: one worker ${show(one)}; two ${show(two)}; medians of ${rounds} in turns`,
    )
    console.log(
      `  wall ${(one.wall / two.wall).toFixed(2)} times as fast, of the least ${(one.least / two.least).toFixed(2)}; CPU ${(two.cpu / one.cpu).toFixed(3)} times as much: two free cores would be ${((2 * one.cpu) / two.cpu).toFixed(2)} times as fast`,
    )
  }
  console.log(hashes.size === 1 ? 'all results are equal' : 'RESULTS DIFFER')
}

const show = ({ cpu, wall, least }) => `${cpu.toFixed(2)} s CPU, ${wall.toFixed(2)} s wall (least ${least.toFixed(2)})`

/** Passes by one thread and by two at a time. */
async function passes(rounds) {
  const threads = await Promise.all(
    [0, 1].map(async () => {
      const thread = new Worker(new URL(import.meta.url))
      await once(thread, 'message')
      return thread
    }),
  )
  const run = async (thread) => {
    thread.postMessage('run')
    return (await once(thread, 'message'))[0]
  }
  const seconds = { alone: [], together: [] }
  for (let round = 0; round < rounds; round++) {
    seconds.alone.push(await run(threads[0]))
    seconds.together.push(...(await Promise.all(threads.map(run))))
  }
  for (const thread of threads) await thread.terminate()
  const megabytes = (8 * ROWS * COLUMNS) / 1e6
  for (const [how, list] of Object.entries(seconds)) {
    const least = Math.min(...list.map(({ least }) => least))
    const cpu = median(list.map(({ cpu }) => cpu))
    console.log(
      `a pass over ${megabytes} MB by a thread ${how}: ${(1000 * cpu).toFixed(1)} ms CPU, ${(megabytes / cpu / 1000).toFixed(1)} GB/s; at best ${(1000 * least).toFixed(1)} ms wall`,
    )
  }
}

if (!isMainThread) {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const x = Float64Array.from({ length: ROWS * COLUMNS }, next)
  const y = Uint8Array.from({ length: ROWS }, (_, i) => i & 1)
  const columns = Array.from({ length: COLUMNS }, (_, j) => j)
  const options = { columns, weight: null, offset: null, kernel: fastestKernel }
  const panels = new Panels(matrixRows(x, ROWS, COLUMNS), y, options)
  panels.weigh(null)
  const at = new Float64Array(COLUMNS + 1).fill(0.1)
  for (let k = 0; k < 20; k++) panels.pass(at, PASS.gradient)
  parentPort.on('message', () => {
    const before = process.threadCpuUsage()
    let least = Number.POSITIVE_INFINITY
    for (let k = 0; k < PASSES; k++) {
      const start = performance.now()
      panels.pass(at, PASS.gradient)
      least = Math.min(least, (performance.now() - start) / 1000)
    }
    const { user, system } = process.threadCpuUsage(before)
    parentPort.postMessage({ cpu: (user + system) / 1e6 / PASSES, least })
  })
  parentPort.postMessage('ready')
}
