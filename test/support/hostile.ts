import { expect } from 'vitest'

import { type Finished, type SpawnOptions, spawned } from './kwx.ts'

export interface Refusal {
  code: string
  message: string
  hint: string
  exit: number
}

/** No line of a stack trace, wherever it was printed. */
export const expectNoTrace = ({ stdout, stderr }: Finished): void =>
  expect(stdout + stderr).not.toMatch(/^\s+at .*:\d+:\d+/m)

/**
 * Runs a command that must be refused, with `--json`: one envelope on stdout, its exit the status of the process, a
 * sentence, the next thing to do, no trace and none of `secrets`.
 */
export async function refused(
  argv: readonly string[],
  options: SpawnOptions = {},
  secrets: readonly string[] = [],
): Promise<Refusal> {
  const finished = await spawned('run.js', [...argv, '--json'], options)
  const { ok, error } = JSON.parse(finished.stdout || finished.stderr) as { ok: boolean; error: Refusal }
  expect(ok, finished.stdout).toBe(false)
  expect(finished.status).toBe(error.exit)
  expect(error.message).not.toBe('')
  expect(error.hint).toBeTruthy()
  expectNoTrace(finished)
  for (const secret of secrets) expect(finished.stdout + finished.stderr).not.toContain(secret)
  return error
}

export interface Step {
  name: string
  status: string
  artefacts: Record<string, { hash: string; folder: string }>
}

/** Runs the pipeline `small` to its verdict and gives its steps. */
export async function judged(cwd: string, options: SpawnOptions = {}, argv: readonly string[] = []): Promise<Step[]> {
  const { status, stdout, stderr } = await spawned('run.js', ['run', 'small', '--json', ...argv], { cwd, ...options })
  expect([0, 3], stdout + stderr).toContain(status)
  return (JSON.parse(stdout) as { result: { steps: Step[] } }).result.steps
}

/** What the steps made, by content. */
export const hashesOf = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ name, artefacts }) =>
    Object.entries(artefacts)
      .map(([output, { hash }]) => `${name} ${output} ${hash}`)
      .sort(),
  )
