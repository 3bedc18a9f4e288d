import type { Artefact, StepContext } from 'kwx'
import { loadCity } from 'kwx/cities'

import type { Decision } from '../decision.ts'
import type { Reports } from '../reports.ts'
import { calibrationAnalysis } from './calibration-analysis.ts'
import { configValidation } from './config-validation.ts'
import type { CountEvaluations } from './evaluations.ts'
import { exclusionAudit } from './exclusion-audit.ts'
import { infrastructureVerification, type WorldChecks } from './infrastructure.ts'
import { judge, verdictOf } from './judge.ts'
import { readDecision } from './read-decision.ts'
import { type Inputs, poolRows, readEvidence } from './read-evidence.ts'
import { validationSummary } from './validation-summary.ts'

/** A whole report before it is written. */
export interface Made {
  readonly reports: Reports
  readonly decision: Decision
}

/**
 * All reports of a pilot, judged, and the files 07 to 10 that were judged with it.
 *
 * @param options.count  counts this evaluation, or states what was counted
 */
export async function makeReports(
  ctx: Pick<StepContext, 'contributions' | 'settings'>,
  inputs: Inputs,
  { phase, world, count }: { phase: string; world: WorldChecks; count: CountEvaluations },
): Promise<Made> {
  const evidence = await readEvidence(inputs)
  const { pilot, origin } = evidence
  const decision = await readDecision(inputs, ctx.contributions, { city: pilot.city, bracket: pilot.bracket, origin })
  const { day } = poolRows(evidence.fitted)
  const summary = validationSummary(evidence, decision, {
    evaluations: await count({ config: evidence.config.config, day }),
    phase,
    modelsFolder: ctx.settings.directories.models,
    pilotHash: inputs.pilot.hash,
    standardOffset: (await loadCity(ctx.contributions, pilot.city)).standardOffset,
  })
  const others = {
    exclusion: await exclusionAudit(evidence, ctx.contributions, world),
    calibration: calibrationAnalysis(evidence.fitted, evidence.config.config.seed),
    config: await configValidation(evidence),
    infrastructure: await infrastructureVerification(world, evidence, inputs.pilot.folder),
  }
  const gates = await judge(ctx.contributions, {
    summary,
    ...others,
    verification: evidence.verification,
    decision,
    artefacts: inputs as Readonly<Record<string, Artefact>>,
  })
  return { reports: { summary: { ...summary, gates, verdict: verdictOf(gates, summary) }, ...others }, decision }
}
