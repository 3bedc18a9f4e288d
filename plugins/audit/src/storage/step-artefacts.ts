import type { Database } from 'kwx/database'

/** Artefacts of all runs of a step, kind -> hash, newest run first. */
export async function artefactsOfStep(db: Database, use: string): Promise<Readonly<Record<string, string>>[]> {
  const rows = await db
    .selectFrom('step_runs')
    .select(['artefacts'])
    .where('use', '=', use)
    .orderBy('started_ms', 'desc')
    .orderBy('run_id', 'desc')
    .execute()
  return rows.map(({ artefacts }) => artefacts)
}
