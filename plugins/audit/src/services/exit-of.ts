import { EXIT, type ExitCode } from 'kwx'
import type { ReportVerdict } from 'kwx/contracts'

const EXITS: Readonly<Record<ReportVerdict['outcome'], ExitCode>> = {
  pass: EXIT.ok,
  'not-applicable': EXIT.ok,
  fail: EXIT.gate,
  'not-enough-evidence': EXIT.evidence,
  stale: EXIT.stale,
}

/** Exit status of the command that asked for an audit. */
export const exitOf = ({ outcome }: ReportVerdict): ExitCode => EXITS[outcome]
