import type { ExitCode } from '../../base/errors.ts'
import { duration } from './progress.ts'

/** How one step of a run ended. */
export interface StepOutcome {
  readonly name: string
  readonly use: string
  readonly status: 'ran' | 'cached' | 'failed' | 'skipped'
  readonly exit: ExitCode
  readonly summary: string | null
  /** Where people find what it made; null when it publishes nothing. */
  readonly published: string | null
  readonly duration_ms: number
  /** Output name -> where it lies. */
  readonly artefacts: Readonly<Record<string, { kind: string; hash: string; folder: string }>>
}

/** What a run answers; `--json` prints it. */
export interface RunResult {
  readonly run_id: string
  readonly pipeline: string
  readonly params: Readonly<Record<string, unknown>>
  /** The worst of its steps. */
  readonly exit: ExitCode
  readonly duration_ms: number
  readonly steps: readonly StepOutcome[]
}

/** Each step for people, then where what was published lies; as `kwx run` prints at the end. */
export function describeRun({ run_id, steps, duration_ms }: RunResult, columns = 100): string[] {
  const width = Math.max(...steps.map(({ name }) => name.length))
  const lines = steps.flatMap(({ name, status, summary, duration_ms: ms }) =>
    hanging(`${name.padEnd(width)}  ${status.padEnd(7)}  ${duration(ms).padStart(9)}  `, summary ?? '', columns),
  )
  const places = steps.flatMap(({ published }) => (published ? [published] : []))
  return [...lines, ...places, `${run_id}, ${duration(duration_ms)}`]
}

/** Text behind a head, broken between words; where hardly any room is left beside the head it is not broken. */
function hanging(head: string, text: string, columns: number): string[] {
  const room = columns - head.length
  if (room < 20 || text.length <= room) return [`${head}${text}`.trimEnd()]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line, i) => `${i === 0 ? head : ' '.repeat(head.length)}${line}`)
}
