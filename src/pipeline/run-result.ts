import type { ExitCode } from '../errors.ts'
import { duration } from './progress.ts'

/** How one step of a run ended. */
export interface StepOutcome {
  readonly name: string
  readonly use: string
  readonly status: 'ran' | 'cached' | 'failed' | 'skipped'
  readonly exit: ExitCode
  readonly summary: string | null
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

/** One line per step for people, as `kwx run` prints at the end. */
export function describeRun({ run_id, steps, duration_ms }: RunResult): string[] {
  const width = Math.max(...steps.map(({ name }) => name.length))
  const lines = steps.map(
    ({ name, status, summary, duration_ms: ms }) =>
      `${name.padEnd(width)}  ${status.padEnd(7)}  ${duration(ms).padStart(9)}${summary ? `  ${summary}` : ''}`,
  )
  return [...lines, `${run_id}, ${duration(duration_ms)}`]
}
