import { isKwxError } from '../../base/errors.ts'
import type { PlannedStep } from './planned-pipeline.ts'
import { type ProgressMode, progressLine } from './progress.ts'
import type { Reporter } from './run-step.ts'

type Work = (step: PlannedStep, reporter: Reporter) => Promise<'ran' | 'cached' | 'skipped'>

/** Plain logs get a progress line at most this often: enough to see life, not enough to drown the rest. */
const LINE_EVERY_MS = 2000

/**
 * Runs steps in dependency order under listr2, at most `limit` at once; news go to stderr, never to stdout.
 *
 * Never rejects: `work` keeps account of failures.
 */
export async function taskList(
  steps: readonly PlannedStep[],
  work: Work,
  limit: number,
  mode: ProgressMode,
): Promise<void> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2')
  const done = new Map<string, Promise<void>>()
  const settle = new Map<string, () => void>()
  for (const { name } of steps) done.set(name, new Promise((resolve) => settle.set(name, resolve)))
  const slots = slotsOf(limit)
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr), useIcons: true })
  const list = new Listr(
    steps.map((step) => ({
      title: `${step.name}: ${step.step.title}`,
      async task(_: unknown, task: { title: string; output: string; skip(message?: string): void }) {
        const { title } = task
        try {
          // Every task of the list spins from the start: say which of them do not work yet.
          if (mode === 'interactive') task.title = `${title} (waits)`
          await Promise.all(step.needs.map((name) => done.get(name)))
          await slots.take()
          task.title = title
          try {
            const status = await work(step, reporterFor(task, mode))
            if (status === 'cached') task.title = `${title} (unchanged)`
            if (status === 'skipped') {
              const reason = step.skipped ? 'not asked for' : 'what it needs failed'
              // The list on a terminal shows the message for the title, plain lines show both.
              task.skip(mode === 'interactive' ? `${title} (${reason})` : reason)
            }
          } catch (error) {
            // The whole message is the last line of the run; plain lines would show it here a first time.
            throw mode === 'lines' && isKwxError(error) ? new Error(error.code) : error
          } finally {
            slots.give()
          }
        } finally {
          settle.get(step.name)!()
        }
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false, // its own would end the process with 127, before the run is recorded
      renderer: mode === 'interactive' ? 'default' : mode === 'lines' ? 'simple' : 'silent',
      fallbackRenderer: 'simple',
      rendererOptions: { logger, collapseErrors: false, showErrorMessage: false } as never,
      fallbackRendererOptions: { logger } as never,
    } as never,
  )
  await list.run()
}

function reporterFor(task: { output: string }, mode: ProgressMode): Reporter {
  const started = performance.now()
  let shown = started
  return {
    log(line) {
      task.output = line
    },
    progress(count, total, unit) {
      const now = performance.now()
      if (mode === 'lines' && now - shown < LINE_EVERY_MS) return
      shown = now
      task.output = progressLine(count, total, unit, now - started)
    },
  }
}

/** A counting semaphore. */
function slotsOf(count: number) {
  let free = count
  const waiting: (() => void)[] = []
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
