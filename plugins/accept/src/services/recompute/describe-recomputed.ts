import { EXIT, KwxError } from 'kwx'

import type { ReportDifference } from './differences.ts'
import type { Recomputed } from './recompute-report.ts'

/** What was found the same, in lines for a person. */
export function describeRecomputed({ folder, recomputed, compared, not_recomputed }: Recomputed): string[] {
  const copies = compared.length > 0 ? `, ${compared.length} are as their artefacts sealed them` : ''
  const open = not_recomputed.map((name) => `not recomputed: ${name}`)
  return [`${recomputed.length} files have the figures of their artefacts${copies}.`, ...open, folder]
}

/** Lines of a message that a person may still read. */
const MOST_LINES = 30

/** @throws KwxError REPORT_DIFFERS (exit 3) naming every difference; nothing without one */
export function assertSame({ folder, versions, differences, not_recomputed }: Recomputed): void {
  if (differences.length === 0) return
  const { written, recomputed } = versions
  const places = differences.length === 1 ? 'place' : 'places'
  const lines = differences.slice(0, MOST_LINES).map((one) => `\n  ${describe(one)}`)
  if (differences.length > MOST_LINES) lines.push(`\n  and ${differences.length - MOST_LINES} more`)
  throw new KwxError(
    `${folder} does not say what its artefacts say, in ${differences.length} ${places} (written, then recomputed):${lines.join('')}`,
    {
      code: 'REPORT_DIFFERS',
      exit: EXIT.gate,
      hint:
        written === recomputed
          ? 'Do not use the report; move it away and publish it anew with "kwx accept --config FILE". --json lists every difference.'
          : `It was written by accept:report ${written}, which wrote other things than this version, ${recomputed}: publish it anew with "kwx accept --config FILE".`,
      details: { folder, versions, differences, not_recomputed },
    },
  )
}

const describe = ({ file, at, written, recomputed }: ReportDifference) =>
  `${[file, at].filter(Boolean).join(' ')}: ${brief(written)}, ${brief(recomputed)}`

/** As JSON, so that texts and numbers are told apart; cut, because a line may be a table. */
function brief(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
