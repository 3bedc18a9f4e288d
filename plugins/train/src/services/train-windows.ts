import type { StepContext } from 'kwx'
import type { ProductionConfig } from 'kwx/config'
import type { TrainingRows } from 'kwx/model'
import type { Window } from 'kwx/time'
import { workerPool } from 'kwx/workers'

import type { WindowResult, WindowTask } from './fit-window.ts'
import type { FinishedWindow } from './write-pilot.ts'

/**
 * Fits every window, each as one unit of the step and one task of a worker thread.
 *
 * A window depends on its own rows and on the seed `<seed>/<window>` alone, so the number of threads and what was
 * stored before a crash change nothing in the results.
 */
export async function trainWindows(
  ctx: Pick<StepContext, 'unit' | 'progress' | 'workers' | 'signal'>,
  windows: readonly Window[],
  { design, label, day }: Pick<TrainingRows, 'design' | 'label' | 'day'>,
  config: ProductionConfig,
  about: WindowTask['about'],
): Promise<FinishedWindow[]> {
  const pool = workerPool(new URL('../workers/fit-window.js', import.meta.url), ctx.workers)
  let done = 0
  const train = async (window: Window): Promise<FinishedWindow> => {
    const task: WindowTask = { window, design, label, day, config, about }
    const result = await ctx.unit<WindowResult>(window.name, () => pool.run(task, { signal: ctx.signal }))
    ctx.progress(++done, windows.length, 'windows')
    return { window, result }
  }
  try {
    ctx.progress(0, windows.length, 'windows')
    return await Promise.all(windows.map(train))
  } finally {
    await pool.destroy()
  }
}
