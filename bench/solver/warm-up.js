import { setTimeout } from 'node:timers/promises'

import { fitPrepared, prepare } from '../../plugins/train/src/solver/fit.ts'

/**
 * Runs the job on a small invented table, so that the engine has compiled the code before the clock starts, as a
 * compiler has long done for the rivals. It compiles in threads of its own, whose time counts as this process's: the pause
 * lets them finish.
 */
export async function warmUp(runFold) {
  const [n, p] = [20_000, 6]
  const values = Float64Array.from({ length: n * p }, (_, k) => Math.sin(k * k))
  const task = {
    design: { names: Array.from({ length: p }, (_, j) => `x${j}`), n, values },
    label: Uint8Array.from({ length: n }, (_, i) => (values[i] + Math.cos(i * i) > 0 ? 1 : 0)),
    rows: Int32Array.from({ length: n }, (_, i) => i),
    foldOf: Int32Array.from({ length: n }, (_, i) => i % 2),
    trials: [0.01, 10, 0.1, 1].map((C) => ({ C, l1_ratio: 0.5, class_weight: C < 1 ? null : 'balanced' })),
    solver: 'fast',
  }
  for (const fold of [0, 1, 0, 1]) runFold({ ...task, cold: fold === 0 }, fold)
  warmUpWide()
  await setTimeout(300)
}

/** The same for the solver of many columns. */
function warmUpWide() {
  const [n, p] = [600, 150]
  const x = Float64Array.from({ length: n * p }, (_, k) => Math.sin(k * k))
  const y = Uint8Array.from({ length: n }, (_, i) => (x[i * p] + x[i * p + 1] + Math.cos(i * i) > 0 ? 1 : 0))
  for (const C of [0.01, 0.1, 1, 10]) {
    for (const ratio of [0, 0.5, 1]) fitPrepared(prepare(x, n, p, y), C, ratio, null, null)
  }
}
