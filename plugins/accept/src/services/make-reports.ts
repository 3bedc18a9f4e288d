import type { StepContext } from 'kwx'

import type { Reports } from '../reports.ts'
import { calibrationAnalysis } from './calibration-analysis.ts'
import { configValidation } from './config-validation.ts'
import { exclusionAudit } from './exclusion-audit.ts'
import { infrastructureVerification } from './infrastructure.ts'
import { judge, verdictOf } from './judge.ts'
import { type Inputs, readEvidence } from './read-evidence.ts'
import { validationSummary } from './validation-summary.ts'

/** All reports of a pilot, judged. */
export async function makeReports(
  ctx: Pick<StepContext, 'database' | 'contributions' | 'settings'>,
  inputs: Inputs,
  phase: string,
): Promise<Reports> {
  const evidence = await readEvidence(inputs)
  const summary = validationSummary(evidence, phase, ctx.settings.directories.models)
  const others = {
    exclusion: await exclusionAudit(evidence, ctx.contributions),
    calibration: calibrationAnalysis(evidence.fitted),
    config: await configValidation(evidence),
    infrastructure: await infrastructureVerification(ctx, evidence, inputs),
  }
  const gates = await judge(ctx.contributions, {
    summary,
    ...others,
    verification: evidence.verification,
    artefacts: inputs,
  })
  return { summary: { ...summary, gates, verdict: verdictOf(gates, summary) }, ...others }
}
