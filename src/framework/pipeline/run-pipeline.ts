import { KwxError, worstExit } from '../../base/errors.ts'
import type { Environment } from './environment.ts'
import type { PlannedPipeline } from './planned-pipeline.ts'
import type { ProgressMode } from './progress.ts'
import { openRunLog } from './run-log.ts'
import type { RunResult, StepOutcome } from './run-result.ts'
import { selectSteps } from './select-steps.ts'
import { StepRunner } from './step-runner.ts'
import { taskList } from './task-list.ts'

/** Which steps of a pipeline to run, and how to show it. */
export interface RunOptions {
  readonly force?: boolean
  /** First and last step id to run, inclusive. Steps before `from` must have stored results. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly mode?: ProgressMode
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
  { force = false, mode = 'silent', ...span }: RunOptions = {},
): Promise<RunResult> {
  const began = performance.now() // the clock of a replay may stand still
  const chosen = selectSteps(pipeline, span)
  const log = await openRunLog(environment, pipeline, environment.clock.now())
  const runner = new StepRunner({ pipeline, environment, log, reused: chosen.reused, force })
  await taskList(chosen.steps, (step, reporter) => runner.run(step, reporter), environment.workers, mode)

  const steps = chosen.steps.map(({ name }) => runner.outcomes.get(name)!)
  const exit = worstExit(steps.map((step) => step.exit))
  if (runner.errors.size > 0) {
    await log.end(exit).catch(() => {}) // a database that broke down is no news any more
    throw withSteps(
      steps.flatMap(({ name }) => runner.errors.get(name) ?? []),
      log.runId,
      steps,
    )
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

function worstOf(errors: readonly KwxError[]): KwxError {
  const worst = worstExit(errors.map(({ exit }) => exit))
  return errors.find(({ exit }) => exit === worst)!
}

/** The worst error, told with what else failed: the list of steps shows their codes only. */
function withSteps(errors: readonly KwxError[], runId: string, steps: readonly StepOutcome[]): KwxError {
  const error = worstOf(errors)
  const others = errors.filter((one) => one !== error).map(({ message }) => `\nAlso failed: ${message}`)
  return new KwxError(`${error.message}${others.join('')}`, {
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
