import type { Selectable } from 'kysely'

import type { Database } from '../database.ts'
import type { RunsTable, StepRunsTable } from '../schema.ts'

type Run = Selectable<RunsTable>
type StepRun = Selectable<StepRunsTable>

/** Writes a run, or brings it up to date: when it starts without an end, when it ends with one. */
export async function recordRun(db: Database, run: Run): Promise<void> {
  const row = { ...run, params: JSON.stringify(run.params) }
  await db
    .insertInto('runs')
    .values(row)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet(row))
    .execute()
}

/** Writes what became of one step of a recorded run. */
export async function recordStepRun(db: Database, step: StepRun): Promise<void> {
  const row = { ...step, artefacts: JSON.stringify(step.artefacts) }
  await db
    .insertInto('step_runs')
    .values(row)
    .onConflict((conflict) => conflict.columns(['run_id', 'step']).doUpdateSet(row))
    .execute()
}

/** The latest runs, newest first. */
export function listRuns(db: Database, { limit = 50 }: { limit?: number } = {}): Promise<Run[]> {
  return db.selectFrom('runs').selectAll().orderBy('started_ms', 'desc').orderBy('run_id').limit(limit).execute()
}

/** One run with its steps in the order they started; null when there is no such run. */
export async function readRun(db: Database, runId: string): Promise<{ run: Run; steps: StepRun[] } | null> {
  const run = await db.selectFrom('runs').selectAll().where('run_id', '=', runId).executeTakeFirst()
  if (!run) return null
  const steps = await db
    .selectFrom('step_runs')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('started_ms')
    .orderBy('step')
    .execute()
  return { run, steps }
}
