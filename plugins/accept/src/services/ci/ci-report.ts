import { type ExitCode, isKwxError, messageOf } from 'kwx'

import type { JudgedSummary, Outcome } from '../../reports.ts'
import { withoutFolders } from './without-folders.ts'

/** One gate as a test of CI; `error` is a run that could not be judged. */
export interface CiCase {
  /** The gate's id. */
  readonly id: string
  readonly title: string
  readonly outcome: Outcome | 'error'
  readonly sentence: string
  readonly value: number | null
  readonly threshold: number | null
}

/** A verdict as CI shows it. */
export interface CiReport {
  readonly title: string
  readonly outcome: Outcome | 'error'
  readonly exit: number
  readonly sentence: string
  readonly cases: readonly CiCase[]
  /** Null for a run that could not be judged. */
  readonly summary: JudgedSummary | null
}

/** What CI shows of a judged run. A run that did not end well has a case that says so, whatever its gates say. */
export function ciReport(summary: JudgedSummary, exit: ExitCode): CiReport {
  const { phase, city, bracket, gates, verdict } = summary
  const cases = gates.map(({ gate, ...judged }): CiCase => ({ id: gate, ...judged }))
  const shown = cases.some(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
  if (exit !== 0 && !shown) {
    const outcome = ({ 3: 'fail', 4: 'not-enough-evidence', 5: 'stale' } as const)[exit as 3 | 4 | 5] ?? 'error'
    const sentence = exit === verdict.exit ? verdict.sentence : `The run ended with exit ${exit}.`
    cases.unshift({ id: 'run', title: 'the run', outcome, sentence, value: null, threshold: null })
  }
  const title = `Acceptance of ${city} ${bracket} (${phase})`
  return { title, outcome: verdict.outcome, exit, sentence: verdict.sentence, cases, summary }
}

/** What CI shows of a run that broke: one case that is an error, so that no older result is taken for this one's. */
export function ciReportOfError(thrown: unknown, config: string): CiReport {
  const { code, exit } = isKwxError(thrown) ? thrown : { code: 'INTERNAL', exit: 1 }
  const sentence = withoutFolders(`${code}: ${messageOf(thrown)}`, [config])
  const broken = { outcome: 'error', sentence } as const
  const cases = [{ id: 'run', title: 'the run', ...broken, value: null, threshold: null }]
  return { title: `Acceptance of ${config}`, ...broken, exit, cases, summary: null }
}
