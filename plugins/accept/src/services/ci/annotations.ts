import type { CiReport } from './ci-report.ts'

const LEVELS = {
  pass: null,
  fail: 'error',
  error: 'error',
  stale: 'error',
  'not-enough-evidence': 'warning',
  'not-applicable': 'notice',
} as const

/**
 * A report as workflow commands of GitHub Actions: a line for each gate that did not pass, and one for the verdict.
 *
 * @param config  the configuration as typed; the lines are attached to it
 */
export function annotations({ title, outcome, sentence, cases, summary }: CiReport, config: string): string[] {
  const line = (level: string, name: string, text: string) =>
    `::${level} file=${property(config)},title=${property(name)}::${data(text)}`
  const gates = cases.flatMap((one) => {
    const level = LEVELS[one.outcome]
    return level ? [line(level, `${one.id}, ${one.outcome}: ${one.title}`, one.sentence)] : []
  })
  const verdict = [sentence, summary?.evaluations.sentence].filter(Boolean).join(' ')
  return [line(LEVELS[outcome] ?? 'notice', `${title}: ${outcome}`, verdict), ...gates]
}

/** What follows a line end would be read as a command of its own. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
