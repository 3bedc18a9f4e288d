import type { Artefact } from 'kwx'
import type { VerificationFile } from 'kwx/contracts'

import type { Decision } from './decision.ts'
import type { JudgedGate, Reports, ValidationSummary } from './reports.ts'

/** What a gate may look at: figures that were recomputed from the artefacts, and the artefacts themselves. */
export interface GateEvidence extends Omit<Reports, 'summary'> {
  readonly summary: ValidationSummary
  readonly verification: VerificationFile
  /** The files 07 to 10, those that there are. */
  readonly decision: Decision
  /** By input name of accept:report. */
  readonly artefacts: Readonly<Record<string, Artefact>>
}

export type GateResult = Omit<JudgedGate, 'gate' | 'title'>

/**
 * A contributed rule that a pilot must meet. Plugins contribute one as a module with a gate as its default export.
 *
 * A gate that lacks what it needs says `not-enough-evidence`, never `pass`.
 */
export interface Gate {
  readonly title: string
  /** Gates of other phases are left alone by accept:report. */
  readonly judges: 'pilot'
  judge(evidence: GateEvidence): GateResult | Promise<GateResult>
}
