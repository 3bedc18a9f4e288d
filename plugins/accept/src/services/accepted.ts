import { join } from 'node:path'

import { EXIT, type ExitCode, KwxError } from 'kwx'
import { readJson } from 'kwx/artefacts'
import type { RunResult } from 'kwx/pipeline'

import { type JudgedSummary, REPORT_FILES } from '../reports.ts'
import { describeEProcess, READING_NAMES } from './describe-skill.ts'
import { fixed, share, signed } from './format.ts'

/** What `kwx accept` answers. */
export interface Accepted {
  readonly run_id: string
  readonly exit: ExitCode
  /** The published report. */
  readonly folder: string
  readonly summary: JudgedSummary
}

/** Reads the judged summary of a run of the pilot. */
export async function acceptedOf(run: RunResult, reports: string): Promise<Accepted> {
  const report = run.steps.find(({ use }) => use === 'accept:report')?.artefacts['report']
  if (!report) {
    throw new KwxError(`${run.pipeline} ended without a report.`, {
      code: 'REPORT_MISSING',
      exit: EXIT.error,
      hint: `See what happened with "kwx runs ${run.run_id}".`,
    })
  }
  const summary = await readJson<JudgedSummary>(join(report.folder, REPORT_FILES.summary))
  const folder = join(reports, `${summary.phase}_${summary.city}_${summary.bracket}`)
  return { run_id: run.run_id, exit: run.exit, folder, summary }
}

/** The verdict, model and market side by side, and where the report lies. */
export function describeAccepted({ folder, summary }: Accepted): string[] {
  const { verdict, pooled, metrics, market, evaluations, benchmarks, e_process } = summary
  const row = (name: string, model: string, other: string) =>
    `${name.padEnd(24)}${model.padStart(18)}${other.padStart(18)}`
  const meanSd = (mean: number | null, std: number | null) =>
    mean === null ? 'none' : `${fixed(mean)} ± ${fixed(std)}`
  const lines = (['log_loss', 'brier', 'ece'] as const).flatMap((score) => [
    row(
      `${score}, windows`,
      meanSd(metrics[`${score}_mean`], metrics[`${score}_std`]),
      meanSd(market[`${score}_mean`], market[`${score}_std`]),
    ),
    row(`${score}, all rows`, fixed(pooled.model[score]), fixed(pooled.market[score])),
  ])
  const hits = row('accuracy, all rows', share(pooled.model.accuracy), share(pooled.market.accuracy))
  // A file's text may end a line, and what follows would be read as a command of CI.
  const sentence = verdict.sentence.replaceAll(/[\r\n]+/g, ' ')
  const against = [
    row('log loss minus', 'per market-hour', 'interval'),
    ...(['last', 'middle', 'half_way'] as const).map((name) => {
      const { mean, low, high } = benchmarks[name].difference.per_market_hour
      return row(
        `  ${READING_NAMES[name]}`,
        signed(mean),
        low === null ? 'none' : `  ${signed(low)} to ${signed(high)}`,
      )
    }),
  ]
  const head = [sentence, evaluations.sentence, '', row('', 'model', 'market')]
  return [...head, ...lines, hits, '', ...against, '', describeEProcess(e_process), '', folder]
}
