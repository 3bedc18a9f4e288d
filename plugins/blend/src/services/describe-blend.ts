import { EXIT, type ExitCode } from 'kwx'
import type { BlendGridFile, ReportVerdict } from 'kwx/contracts'

/** The exit status of a verdict: what does not apply is no failure. */
export const EXIT_OF: Readonly<Record<ReportVerdict['outcome'], ExitCode>> = {
  pass: EXIT.ok,
  'not-applicable': EXIT.ok,
  fail: EXIT.gate,
  'not-enough-evidence': EXIT.evidence,
  stale: EXIT.stale,
}

const fixed = (value: number | null) => (value === null ? 'none' : value.toFixed(4))

/** The verdict, the grid and what was delivered, for a person. */
export function describeBlend(file: BlendGridFile, folder: string): string[] {
  const row = (name: string, ...cells: string[]) => name.padEnd(24) + cells.map((cell) => cell.padStart(12)).join('')
  const { scores, weight, devig, head, no_harm } = file
  const all = [
    ['market', scores.market],
    ['model', scores.model],
    ['delivered', scores.delivered],
  ] as const
  return [
    file.verdict.sentence,
    '',
    row('', 'log loss', 'Brier', 'ECE'),
    ...all.map(([name, { log_loss, brier, ece }]) => row(name, fixed(log_loss), fixed(brier), fixed(ece))),
    '',
    row('weight of the model', 'log loss', 'minus market'),
    ...file.grid.map((point) => row(point.weight.toFixed(1), fixed(point.log_loss), fixed(point.difference.mean))),
    '',
    `Weight ${weight.value.toFixed(2)}: ${weight.reason}`,
    `Overround ${devig.method}: ${devig.reason}`,
    `Head ${head.method}: ${head.reason}`,
    no_harm.sentence,
    '',
    folder,
  ]
}
