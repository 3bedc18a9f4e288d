import type { Contributions, StepContext } from 'kwx'
import { cityIds, loadCities } from 'kwx/cities'

import type { Check, InfrastructureVerification } from '../reports.ts'
import { databaseChecks } from './database-checks.ts'
import { modelChecks } from './model-checks.ts'
import type { Evidence } from './read-evidence.ts'
import { recomputationChecks } from './recomputation-checks.ts'

/** Phases that may be installed beside this one, by the first word of their steps. */
const LATER_PHASES = ['backtest', 'rt-loop']

/** Checks of what changes without the artefacts: the database and the installed plugins. */
export interface WorldChecks {
  readonly database: readonly Check[]
  readonly phases: readonly Check[]
  /** Ids of the cities that plugins contribute, and of those with a source that may not be used. */
  readonly cities: { readonly installed: readonly string[]; readonly gated: readonly string[] }
}

/** Asks the database and the installed plugins. */
export const askWorld = async (ctx: Pick<StepContext, 'database' | 'contributions'>): Promise<WorldChecks> => ({
  database: await databaseChecks(await ctx.database()),
  phases: await Promise.all(LATER_PHASES.map((phase) => phaseCheck(phase, ctx.contributions))),
  cities: {
    installed: cityIds(ctx.contributions),
    gated: (await loadCities(ctx.contributions)).filter(({ gates }) => gates.length > 0).map(({ id }) => id),
  },
})

/** File 05: each check runs something and shows what it saw. */
export async function infrastructureVerification(
  world: WorldChecks,
  evidence: Evidence,
  pilotFolder: string,
): Promise<InfrastructureVerification> {
  const checks = [
    ...world.database,
    ...(await modelChecks(evidence, pilotFolder)),
    ...recomputationChecks(evidence),
    ...world.phases,
  ]
  const count = (status: Check['status']) => checks.filter((one) => one.status === status).length
  const [passed, n_failed, n_absent] = [count('passed'), count('failed'), count('absent')]
  return { checks, n_ran: passed + n_failed, n_failed, n_absent, all_passed: passed > 0 && n_failed === 0 }
}

/** A phase is present when its steps load; that they work is for its own tests and gates. */
async function phaseCheck(phase: string, contributions: Contributions): Promise<Check> {
  const ids = contributions
    .list('steps')
    .map(({ id }) => id)
    .filter((id) => id.startsWith(`${phase}:`))
  if (ids.length === 0) {
    return { check: `phase-${phase}`, status: 'absent', saw: { steps: [] }, sentence: `${phase} is not installed.` }
  }
  const broken: string[] = []
  for (const id of ids) await contributions.load('steps', id).catch(() => broken.push(id))
  return {
    check: `phase-${phase}`,
    status: broken.length === 0 ? 'passed' : 'failed',
    saw: { steps: ids, broken },
    sentence: broken.length === 0 ? `The steps of ${phase} load.` : `Not loading: ${broken.join(', ')}.`,
  }
}
