import { setTimeout } from 'node:timers/promises'

import { fitPrepared, prepare } from '../../src/domain/model/solver/fit.ts'

/** Rows, columns, trials and times. */
const ROUNDS = [
  [20_000, 6, 4, 2],
  [6_000, 19, 60, 2],
]

/**
 * Runs the job on small invented tables, so that the engine has compiled the code before the clock starts, as a compiler
 * has long done for the rivals, and as it has in a pool's threads after their first window. It compiles in threads of its
 * own, whose time counts as this process's: the pauses let them finish.
 */
export async function warmUp(runFold) {
  for (const [n, p, count, times] of ROUNDS) {
    const task = { ...invent(n, p), trials: points(count), solver: 'fast', cold: count < 10 }
    for (let k = 0; k < times; k++) for (const fold of [0, 1]) runFold(task, fold)
    await setTimeout(100)
  }
  warmUpWide()
  await setTimeout(200)
}

/** A table in the layout of the job's. */
function invent(n, p) {
  const values = new Float64Array(new SharedArrayBuffer(8 * n * p))
  for (let k = 0; k < n * p; k++) values[k] = Math.sin(k * k)
  for (let i = 0; i < n; i++) values[n + i] = values[i] + 0.1 * values[n + i]
  return {
    design: { names: Array.from({ length: p }, (_, j) => `x${j}`), n, values },
    label: Uint8Array.from({ length: n }, (_, i) => (values[i] + Math.cos(i * i) > 0 ? 1 : 0)),
    rows: Int32Array.from({ length: n }, (_, i) => i),
    foldOf: Int32Array.from({ length: n }, (_, i) => i % 2),
  }
}

const points = (count) =>
  Array.from({ length: count }, (_, k) => ({
    C: 10 ** (((k * 7) % 12) / 2 - 3),
    l1_ratio: (k % 5) / 4,
    class_weight: k % 2 ? 'balanced' : null,
  }))

/** The same for the solver of many columns. */
function warmUpWide() {
  const [n, p] = [600, 150]
  const x = Float64Array.from({ length: n * p }, (_, k) => Math.sin(k * k))
  const y = Uint8Array.from({ length: n }, (_, i) => (x[i * p] + x[i * p + 1] + Math.cos(i * i) > 0 ? 1 : 0))
  for (const C of [0.01, 0.1, 1, 10]) {
    for (const ratio of [0, 0.5, 1]) fitPrepared(prepare(x, n, p, y), C, ratio, null, null)
  }
}
