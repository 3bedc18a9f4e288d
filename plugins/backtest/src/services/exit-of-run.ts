import { join } from 'node:path'

import { EXIT, type ExitCode, worstExit } from 'kwx'
import { readJson } from 'kwx/artefacts'
import type { BacktestAcceptanceFile, ReportVerdict } from 'kwx/contracts'
import type { RunResult } from 'kwx/pipeline'

import { BACKTEST_FILE } from './write-backtest.ts'

const EXIT_OF: Record<ReportVerdict['outcome'], ExitCode> = {
  pass: EXIT.ok,
  fail: EXIT.gate,
  'not-enough-evidence': EXIT.evidence,
  'not-applicable': EXIT.ok,
  stale: EXIT.stale,
}

/** The run's exit with the verdict of the backtest it made; as it was where it made none. */
export async function exitOfRun({ exit, steps }: RunResult): Promise<ExitCode> {
  const made = steps.flatMap(({ artefacts }) => Object.values(artefacts)).find(({ kind }) => kind === 'backtest')
  if (!made) return exit
  const { verdict } = await readJson<BacktestAcceptanceFile>(join(made.folder, BACKTEST_FILE))
  return worstExit([exit, EXIT_OF[verdict.outcome]])
}
