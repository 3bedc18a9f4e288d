import type { ExitCode } from '../../base/errors.ts'
import { kwxVersion } from '../../base/version.ts'
import type { Environment } from './environment.ts'
import type { PlannedPipeline } from './planned-pipeline.ts'
import type { StepOutcome } from './run-result.ts'

/** The record of one run, written as it goes. */
export interface RunLog {
  readonly runId: string
  step(outcome: StepOutcome, startedMs: number, key: string | null): Promise<void>
  end(exit: ExitCode): Promise<void>
}

/** Writes the run into `runs` at its start and each step into `step_runs` as it ends, so that a crash leaves a trace. */
export async function openRunLog(
  environment: Environment,
  pipeline: PlannedPipeline,
  startedMs: number,
): Promise<RunLog> {
  const { recordRun, recordStepRun } = await import('../../data/database/runs/runs.ts')
  const db = await environment.database()
  const runId = `run_${new Date(startedMs).toISOString().replaceAll(/[-:.]/g, '').slice(0, 18)}Z_${process.pid}`
  const run = {
    run_id: runId,
    pipeline: pipeline.id,
    params: { ...pipeline.params },
    kwx_version: kwxVersion,
    started_ms: startedMs,
  }
  await recordRun(db, { ...run, ended_ms: null, exit: null })
  return {
    runId,
    step: ({ name, use, status, exit, summary, artefacts }, stepStartedMs, key) =>
      recordStepRun(db, {
        run_id: runId,
        step: name,
        use,
        cache_key: key,
        status,
        started_ms: stepStartedMs,
        ended_ms: environment.clock.now(),
        exit,
        summary,
        artefacts: Object.fromEntries(Object.entries(artefacts).map(([output, { hash }]) => [output, hash])),
      }),
    end: (exit) => recordRun(db, { ...run, ended_ms: environment.clock.now(), exit }),
  }
}
