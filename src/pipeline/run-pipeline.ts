import { asStorageError } from '../artefacts/storage-error.ts'
import { EXIT, type ExitCode, isKwxError, KwxError, messageOf, worstExit } from '../errors.ts'
import type { Environment } from './environment.ts'
import type { PlannedPipeline, PlannedStep } from './plan.ts'
import { duration, type ProgressMode } from './progress.ts'
import { openRunLog } from './run-log.ts'
import { type Finished, runStep } from './run-step.ts'
import { assertReusable, selectSteps } from './select-steps.ts'
import { taskList } from './task-list.ts'

export interface RunOptions {
  readonly force?: boolean
  /** First and last step id to run, inclusive. Steps before `from` must have stored results. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly mode?: ProgressMode
}

export interface StepOutcome {
  readonly name: string
  readonly use: string
  readonly status: 'ran' | 'cached' | 'failed' | 'skipped'
  readonly exit: ExitCode
  readonly summary: string | null
  readonly duration_ms: number
  /** Output name -> where it lies. */
  readonly artefacts: Readonly<Record<string, { kind: string; hash: string; folder: string }>>
}

export interface RunResult {
  readonly run_id: string
  readonly pipeline: string
  readonly params: Readonly<Record<string, unknown>>
  readonly exit: ExitCode
  readonly duration_ms: number
  readonly steps: readonly StepOutcome[]
}

/**
 * Runs a planned pipeline: each step as soon as what it needs is finished, at most `environment.workers` at once.
 *
 * A failing step skips what depends on it; independent steps go on. The run and its steps are recorded in the
 * database. A verdict (exit 3, 4, 5 of a step that judges) is part of the result; errors are thrown at the end.
 *
 * @throws KwxError the error of the failed step with the worst exit code; its `details.steps` tell of all of them
 */
export async function runPipeline(
  pipeline: PlannedPipeline,
  environment: Environment,
  options: RunOptions = {},
): Promise<RunResult> {
  const started = environment.clock.now()
  const began = performance.now() // the clock of a replay may stand still
  const chosen = selectSteps(pipeline, options)
  const log = await openRunLog(environment, pipeline, started)
  const finished = new Map<string, Finished>()
  const outcomes = new Map<string, StepOutcome>()
  const errors: KwxError[] = []

  const settle = async (
    planned: PlannedStep,
    outcome: Omit<StepOutcome, 'name' | 'use'>,
    startedMs: number,
    key: string | null,
  ) => {
    outcomes.set(planned.name, { name: planned.name, use: planned.use, ...outcome })
    await log.step(outcomes.get(planned.name)!, startedMs, key)
  }

  const work = async (
    planned: PlannedStep,
    reporter: { log(line: string): void; progress(done: number, total: number, unit: string): void },
  ) => {
    const startedMs = environment.clock.now()
    const clock = performance.now()
    const nothing = { exit: EXIT.ok, summary: null, duration_ms: 0, artefacts: {} } as const
    if (planned.skipped || planned.needs.some((name) => outcomes.get(name)?.status === 'failed' || blocked.has(name))) {
      if (!planned.skipped) blocked.add(planned.name)
      await settle(planned, { status: 'skipped', ...nothing }, startedMs, null)
      return 'skipped' as const
    }
    try {
      const inputs = Object.fromEntries(
        Object.entries(planned.inputs).map(([name, from]) => [name, finished.get(from)!.artefacts[name]!]),
      )
      const reuse = chosen.reused.has(planned.name)
      if (reuse) await assertReusable(planned, inputs, environment)
      const force = (options.force ?? false) && !reuse
      const done = await runStep(planned, inputs, environment, reporter, { pipeline: pipeline.id, force })
      finished.set(planned.name, done)
      const artefacts = Object.fromEntries(
        Object.entries(done.artefacts).map(([name, { kind, hash, folder }]) => [name, { kind, hash, folder }]),
      )
      const outcome = {
        status: done.status,
        exit: done.exit,
        summary: done.summary,
        duration_ms: Math.round(performance.now() - clock),
        artefacts,
      }
      await settle(planned, outcome, startedMs, done.key)
      return done.status
    } catch (thrown) {
      const error = asStorageError(thrown)
      const known = isKwxError(error)
        ? error
        : new KwxError(messageOf(error), { code: 'STEP_FAILED', exit: EXIT.error, cause: error })
      errors.push(known)
      const outcome = {
        status: 'failed' as const,
        exit: known.exit,
        summary: known.message,
        duration_ms: Math.round(performance.now() - clock),
        artefacts: {},
      }
      await settle(planned, outcome, startedMs, null)
      throw known
    }
  }
  const blocked = new Set<string>()

  await taskList(chosen.steps, work, environment.workers, options.mode ?? 'silent')

  const steps = chosen.steps.map(({ name }) => outcomes.get(name)!)
  const exit = worstExit(steps.map((step) => step.exit))
  if (errors.length > 0) {
    await log.end(exit).catch(() => {}) // a database that broke down is no news any more
    const worst = errors.find((error) => error.exit === worstExit(errors.map((one) => one.exit)))!
    throw withSteps(worst, log.runId, steps)
  }
  await log.end(exit)
  return {
    run_id: log.runId,
    pipeline: pipeline.id,
    params: pipeline.params,
    exit,
    duration_ms: Math.round(performance.now() - began),
    steps,
  }
}

function withSteps(error: KwxError, runId: string, steps: readonly StepOutcome[]): KwxError {
  return new KwxError(error.message, {
    code: error.code,
    exit: error.exit,
    hint: error.hint,
    cause: error.cause,
    details: {
      ...error.details,
      run_id: runId,
      steps: steps.map(({ name, status, exit }) => ({ name, status, exit })),
    },
  })
}

/** One line per step for people, as `kwx run` prints at the end. */
export function describeRun({ run_id, steps, duration_ms }: RunResult): string[] {
  const width = Math.max(...steps.map(({ name }) => name.length))
  const lines = steps.map(
    ({ name, status, summary, duration_ms: ms }) =>
      `${name.padEnd(width)}  ${status.padEnd(7)}  ${duration(ms).padStart(9)}${summary ? `  ${summary}` : ''}`,
  )
  return [...lines, `${run_id}, ${duration(duration_ms)}`]
}
